package program

import (
	"context"
	"fmt"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
)

// Main is the main function of a program: in AWS Lambda the function, which does not return, and
// elsewhere the command, of which it returns the exit status. The caller reads the environment: runtime
// is AWS_LAMBDA_RUNTIME_API, which Lambda sets, and value that of [Program.Variable].
func (p *Program) Main(runtime, value string) (status int) {
	if runtime == "" {
		return p.Desk(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	}
	handler, err := p.Lambda(value, os.Stdout)
	if err != nil {
		// Lambda logs this, and that the runtime has exited.
		fmt.Fprintf(os.Stderr, "%s: %v\n", p.Name, err)
		return 1
	}
	lambda.Start(handler)
	return 0
}
