package templates

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

// examples is where the examples are.
const examples = "../.."

// Every template of the examples is in order, and every example that is a Lambda function has what it
// takes to deploy it.
func TestExamples(t *testing.T) {
	fsys := os.DirFS(examples)
	folders, err := fs.Glob(fsys, "*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	functions := make(map[string]bool)
	for _, file := range folders {
		source, err := fs.ReadFile(fsys, file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(source), `"github.com/aws/aws-lambda-go/lambda"`) && !strings.HasSuffix(file, "_test.go") {
			functions[filepath.Dir(file)] = true
		}
	}
	templates, err := fs.Glob(fsys, "*/template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range templates {
		functions[filepath.Dir(file)] = true
	}
	if len(functions) == 0 {
		t.Fatalf("no examples in %s", examples)
	}
	for folder := range functions {
		t.Run(folder, func(t *testing.T) {
			for _, problem := range Check(fsys, folder) {
				t.Errorf("examples/%s/template.yaml: %s", folder, problem)
			}
			if _, err := fs.Stat(fsys, folder+"/README.md"); err != nil {
				t.Errorf("there are no deploy notes: %v", err)
			}
		})
	}
}

var buildCommand = regexp.MustCompile(`(?m)^CGO_ENABLED=0 GOOS=linux GOARCH=(\w+) go build (.*) -o build/bootstrap \.$`)

// The command of the deploy notes builds what the template deploys: a static binary for Linux, on the
// processor that the template names.
func TestBuild(t *testing.T) {
	notes, err := filepath.Glob(filepath.Join(examples, "*", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	built := 0
	for _, file := range notes {
		folder := filepath.Dir(file)
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		m := buildCommand.FindStringSubmatch(string(text))
		if m == nil {
			continue // it is built in another way
		}
		built++
		template, err := os.ReadFile(filepath.Join(folder, "template.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(template), "CodeUri: build/\n") || !strings.Contains(string(template), "Architectures: ["+m[1]+"]") {
			t.Errorf("%s builds build/ for %s, which is not what template.yaml deploys", file, m[1])
		}
		if testing.Short() {
			continue
		}
		binary := filepath.Join(t.TempDir(), "bootstrap")
		build := exec.Command("sh", "-c", "CGO_ENABLED=0 GOOS=linux GOARCH="+m[1]+" go build "+m[2]+" -o '"+binary+"' .")
		build.Dir = folder
		if out, err := build.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", m[0], err, out)
		}
	}
	if built == 0 {
		t.Error("no deploy notes with a command to build")
	}
}

// good is a template that is in order, with the program that it is for.
const good = `AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Parameters:
  Bucket: {Type: String, Default: b}
  Level: {Type: String}
Conditions:
  HasLevel: !Not [!Equals [!Ref Level, ""]]
Resources:
  Function:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: build/
      Handler: bootstrap
      Runtime: provided.al2023
      Timeout: 20
      Role: !GetAtt Role.Arn
      Environment:
        Variables:
          LEVEL: !Ref Level
          STAGE: !Sub "${AWS::StackName}-${Level}-${!kept}"
      Events:
        Queue:
          Type: SQS
          Properties:
            Queue: !GetAtt Queue.Arn
            FunctionResponseTypes: [ReportBatchItemFailures]
        Call:
          Type: EventBridgeRule
          Properties:
            Pattern:
              source: [aws.s3]
              detail: {requestParameters: {bucketName: [!Ref Bucket]}}
  Queue:
    Type: AWS::SQS::Queue
    DependsOn: Function
    Properties:
      VisibilityTimeout: 120
  QueuePolicy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Queue]
      PolicyDocument:
        Version: 2012-10-17
        Statement:
          Effect: Allow
          Principal: {Service: events.amazonaws.com}
          Action: sqs:SendMessage
          Resource: {"Fn::GetAtt": [Queue, Arn]}
          Condition: {ArnEquals: {aws:SourceArn: !GetAtt FunctionCall.Arn}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]
      Policies:
        - PolicyName: queue
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: [sqs:ReceiveMessage, sqs:DeleteMessage]
                Resource: !GetAtt Queue.Arn
              - {Effect: Allow, Action: cloudwatch:PutMetricData, Resource: "*"}
              - !If [HasLevel, {Effect: Allow, Action: sns:Publish, Resource: !Ref Level}, !Ref AWS::NoValue]
`

const goodProgram = `package main

import "os"

const stage = "STAGE"

func main() { println(os.Getenv("LEVEL"), os.Getenv(stage), os.Getenv("AWS_REGION")) }
`

const goodEvent = `{"source":"aws.s3","detail-type":"AWS API Call via CloudTrail","detail":{"requestParameters":{"bucketName":"b"}}}`

func check(template, program, event string) []string {
	return Check(fstest.MapFS{
		"e/template.yaml": {Data: []byte(template)}, "e/main.go": {Data: []byte(program)},
		"e/main_test.go": {Data: []byte("not Go")}, "e/testdata/event.json": {Data: []byte(event)},
	}, "e")
}

// inQueue is what Lambda gets from a queue of events.
func inQueue(events ...string) string {
	var messages []string
	for _, event := range events {
		messages = append(messages, fmt.Sprintf(`{"eventSource":"aws:sqs","body":%q}`, event))
	}
	return `{"Records":[` + strings.Join(messages, ",") + `]}`
}

// Each change to the good template is one problem, and no change none.
func TestCheck(t *testing.T) {
	if got := check(good, goodProgram, goodEvent); len(got) > 0 {
		t.Fatalf("the good template: %q", got)
	}
	for _, tt := range []struct{ old, new, want string }{
		{"Resources:", "Resources: [", "yaml: "},
		{"  Queue:\n    Type: AWS", "  Function:\n    Type: AWS", `"Function" comes twice`},
		{"!Ref Level", "!Reff Level", "unknown function !Reff"},
		{`{"Fn::GetAtt": [Queue, Arn]}`, `{"Fn::GetAt": [Queue, Arn]}`, "unknown function Fn::GetAt"},
		{"Default: b", "Default: &a b", "no anchors and aliases"},
		{`"2010-09-09"`, `"2010-09-10"`, "AWSTemplateFormatVersion is not"},
		{"Transform: AWS::Serverless-2016-10-31\n", "", "Transform is not"},
		{"Resources:", "Resource: {}\nResources:", "a template has no Resource"},
		{"  Queue:\n    Type: AWS::SQS::Queue\n", "  Queue:\n", "resource Queue has no Type"},
		{"Type: AWS::SQS::Queue\n", "Type: AWS::SQS\n", `type "AWS::SQS", which is none`},
		{"    DependsOn: Function\n", "    DependsOn: Funktion\n", `DependsOn "Funktion": there is no such resource`},
		{"    DependsOn: Function\n", "    DependOn: Function\n", "resource Queue has no DependOn"},
		{"!Ref Bucket", "!Ref Buckets", `there is no resource or parameter "Buckets"`},
		{"Queue: !GetAtt Queue.Arn", "Queue: !GetAtt Qeue.Arn", `there is no resource or parameter "Qeue"`},
		{"Role: !GetAtt Role.Arn", "Role: !GetAtt Role", "GetAtt names a resource and an attribute"},
		{"FunctionCall.Arn", "FunctionKall.Arn", `there is no resource or parameter "FunctionKall"`},
		{"${Level}", "${Levels}", `there is no resource or parameter "Levels"`},
		{"!Ref Level", "!Sub level", "Sub of a text without ${}"},
		{"  Level: {Type: String}", "  Level: {Type: String}\n  More: {Type: String}", "parameter More is never used"},
		{"Level: {Type: String}", "Level: {Type: Text}", `unknown type "Text"`},
		{"      Handler: bootstrap\n", "", "resource Function has no Handler"},
		{"      CodeUri: build/\n", "", "resource Function has no CodeUri"},
		{"provided.al2023", "go1.x", `the runtime "go1.x"`},
		{"Handler: bootstrap", "Handler: main", `the handler "main"`},
		{"Timeout: 20", "Timeout: 2000", "Timeout of 2000; it is from 1 to 900"},
		{"Timeout: 20", "TimeOut: 20", "resource Function has no TimeOut"},
		{"Timeout: 20", "Timeout: 21", "VisibilityTimeout of 120 is less than 126, six times"},
		{"            Queue: !GetAtt", "            MaximumBatchingWindowInSeconds: 5\n            Queue: !GetAtt", "VisibilityTimeout of 120 is less than 125, six times"},
		{"      VisibilityTimeout: 120\n", "      DelaySeconds: 0\n", "VisibilityTimeout of 30 is less than 120, six times"},
		{"            FunctionResponseTypes: [ReportBatchItemFailures]\n", "", "without ReportBatchItemFailures"},
		{"            Pattern:", "            Patern: {}\n            Pattern:", "event Call has no Patern"},
		{"source: [aws.s3]", "source: aws.s3", "the pattern "},
		{"source: [aws.s3]", "source: [{prefx: aws.}]", "prefx"},
		{"source: [aws.s3]", "source: [aws.ec2]", "no rule matches testdata/event.json"},
		{"[!Ref Bucket]", "[!Ref Bucket, other]", ""},
		{"Version: 2012-10-17\n", "Version: 2012-10-18\n", "the Version of a policy"},
		{"Effect: Allow\n          Principal", "Effect: Permit\n          Principal", "Effect is Allow or Deny"},
		{"          Principal: {Service: events.amazonaws.com}\n", "", "has no Principal"},
		{"Action: [sqs:ReceiveMessage", "Principal: '*'\n                Action: [sqs:ReceiveMessage", "may do has no Principal"},
		{"Action: [sqs:ReceiveMessage, sqs:DeleteMessage]", "Action: [ReceiveMessage]", "not an action: ReceiveMessage"},
		{"Action: [sqs:ReceiveMessage, sqs:DeleteMessage]", "Action: sqs:*", "sqs:* is more than is needed"},
		{"Action: [sqs:ReceiveMessage, sqs:DeleteMessage]", "NotAction: sqs:*", "names what it is not about"},
		{"Resource: !GetAtt Queue.Arn", `Resource: "*"`, "the resource * is more than is needed"},
		{"Resource: !GetAtt Queue.Arn", "Resource: queue", `not the ARN of a resource: "queue"`},
		{"                Resource: !GetAtt Queue.Arn\n", "", "a statement has no Resource"},
		{"Action: sts:AssumeRole}", `Action: sts:AssumeRole, Resource: "*"}`, "who may assume a role has no Resource"},
		{"Action: sns:Publish", "Action: sns:*", "sns:* is more than is needed"},
		{"!If [HasLevel", "!If [HasLevels", `there is no condition "HasLevels"`},
		{", !Ref AWS::NoValue]", "]", "If has a condition and two values"},
		{", !Ref AWS::NoValue]", ", {Effect: Allow}]", "a statement has no Action"},
		{"          LEVEL: !Ref Level", "          LEVEL: !Ref Level\n          LEVLE: x", "does not read the environment variable LEVLE"},
		{"          LEVEL: !Ref Level\n", "", "reads the environment variable LEVEL, which the template does not set"},
	} {
		changed := strings.Replace(good, tt.old, tt.new, 1)
		if changed == good {
			t.Errorf("%q is not in the good template", tt.old)
			continue
		}
		got := strings.Join(check(changed, goodProgram, goodEvent), "\n")
		if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
			t.Errorf("with %q: %s\nwant %s", tt.new, got, tt.want)
		}
	}
	for _, tt := range []struct{ program, event, want string }{
		{goodProgram, `{"Records":[]}`, ""},
		{goodProgram, `{`, "testdata/event.json: "},
		{goodProgram, inQueue(goodEvent), ""},
		{goodProgram, inQueue(goodEvent, strings.ReplaceAll(goodEvent, "aws.s3", "aws.ec2")), "no rule matches testdata/event.json"},
		{"package", goodEvent, "main.go:"},
		{strings.Replace(goodProgram, "LEVEL", "LEVLE", 1), goodEvent, "does not read the environment variable LEVEL"},
	} {
		if got := strings.Join(check(good, tt.program, tt.event), "\n"); tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
			t.Errorf("%.40q, %s: %s\nwant %s", tt.program, tt.event, got, tt.want)
		}
	}
}

// A template with nothing in it, or anything, is told of and never panics.
func FuzzCheck(f *testing.F) {
	f.Add(good)
	f.Add("")
	f.Add("Resources:\n  A:\n    Type: AWS::IAM::Role\n    Properties: {Policies: [{PolicyDocument: {Statement: 7}}]}\n")
	f.Add("a: !Ref [b]\nResources: {F: {Type: AWS::Serverless::Function, Properties: !GetAtt x}}")
	f.Fuzz(func(t *testing.T, template string) {
		problems := check(template, goodProgram, goodEvent)
		if len(problems) == 0 && !strings.Contains(template, samTransform) {
			t.Errorf("%q is in order", template)
		}
		if _, err := json.Marshal(problems); err != nil {
			t.Error(err)
		}
	})
}
