// The function of the test of lambdatest. It speaks the Runtime API by itself, so that it can also do
// what a well-behaved runtime does not.
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

func main() {
	api := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/"
	post := func(path, body string) {
		resp, err := http.Post(api+path, "application/json", strings.NewReader(body))
		if err != nil {
			panic(err)
		}
		resp.Body.Close()
	}
	if os.Getenv("FAIL_TO_BEGIN") != "" {
		post("init/error", `{"errorMessage":"no configuration","errorType":"Init"}`)
		os.Exit(1)
	}
	fmt.Println("begun")
	for {
		resp, err := http.Get(api + "invocation/next")
		if err != nil {
			panic(err)
		}
		event, err := io.ReadAll(resp.Body)
		if err != nil {
			panic(err)
		}
		resp.Body.Close()
		id := resp.Header.Get("Lambda-Runtime-Aws-Request-Id")
		switch string(event) {
		case `"fail"`:
			post("invocation/"+id+"/error", `{"errorMessage":"as told","errorType":"Test"}`)
		case `"deadline"`:
			post("invocation/"+id+"/response", "["+resp.Header.Get("Lambda-Runtime-Deadline-Ms")+"]")
		case `"hang"`:
			time.Sleep(time.Hour)
		default:
			post("invocation/"+id+"/response", "["+string(event)+"]")
		}
	}
}
