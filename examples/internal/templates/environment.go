package templates

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// environment checks that the template sets the environment variables that the program reads.
func (c *checker) environment(fsys fs.FS, folder string) {
	reads, texts, err := variables(fsys, folder)
	if err != nil {
		c.fail(nil, "%v", err)
		return
	}
	var set []string
	for _, r := range c.root.get("Resources").members() {
		if r.get("Type").plain() != "AWS::Serverless::Function" {
			continue
		}
		p := withGlobals(r.get("Properties"), c.root.at("Globals", "Function"))
		for _, v := range p.at("Environment", "Variables").members() {
			set = append(set, v.name)
			if !slices.Contains(texts, v.name) {
				c.fail(v.node, "the program does not read the environment variable %s", v.name)
			}
		}
	}
	for _, name := range reads {
		if !slices.Contains(set, name) {
			c.fail(c.root.get("Resources"), "the program reads the environment variable %s, which the template does not set", name)
		}
	}
}

// variables returns the names of the environment variables that a program asks for by os.Getenv and
// os.LookupEnv, without those that Lambda sets, and all texts in it: a program may also take the name of
// a variable from a constant or a table.
func variables(fsys fs.FS, folder string) (reads, texts []string, err error) {
	files, err := fs.Glob(fsys, path.Join(folder, "*.go"))
	if err != nil {
		return nil, nil, err
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		source, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, nil, err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.SkipObjectResolution)
		if err != nil {
			return nil, nil, err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				if text, err := strconv.Unquote(n.Value); err == nil {
					texts = append(texts, text)
				}
			case *ast.CallExpr:
				if name, ok := asked(n); ok && !setByLambda(name) {
					reads = append(reads, name)
				}
			}
			return true
		})
	}
	return reads, texts, nil
}

// asked returns the name in a call of os.Getenv or os.LookupEnv.
func asked(call *ast.CallExpr) (string, bool) {
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || len(call.Args) != 1 || f.Sel.Name != "Getenv" && f.Sel.Name != "LookupEnv" {
		return "", false
	}
	pkg, isName := f.X.(*ast.Ident)
	text, isLiteral := call.Args[0].(*ast.BasicLit)
	if !isName || pkg.Name != "os" || !isLiteral {
		return "", false
	}
	name, err := strconv.Unquote(text.Value)
	return name, err == nil
}

// setByLambda reports whether Lambda itself sets a variable.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html.
func setByLambda(name string) bool {
	return strings.HasPrefix(name, "AWS_") || strings.HasPrefix(name, "LAMBDA_") || name == "_HANDLER" || name == "TZ"
}
