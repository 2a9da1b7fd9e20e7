package main

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// iconName is an icon that the site shows, with the place in the sources that names it.
type iconName struct {
	text     string
	position token.Position
}

// iconsInUse returns the icons that the Go files below a directory name, sorted. Of templates, it reads the generated
// Go files.
//
// It finds string literals in three places: the argument of Icon, or of a function that passes it on to Icon; a field
// named Icon; and the result of a function named …Icon. Any other argument of Icon is an error, because the sprite
// could lack its icon.
func iconsInUse(directory string) ([]iconName, error) {
	scan := iconScan{files: token.NewFileSet(), found: map[string]iconName{}, takers: map[string]int{"view.Icon": 0}}
	if err := filepath.WalkDir(directory, scan.parse); err != nil {
		return nil, err
	}
	for known := 0; known != len(scan.takers); { // until no more functions are found
		known = len(scan.takers)
		for _, one := range scan.functions {
			scan.walk(one)
		}
	}
	if scan.err != nil {
		return nil, scan.err
	}
	return slices.SortedFunc(maps.Values(scan.found), func(a, b iconName) int { return cmp.Compare(a.text, b.text) }), nil
}

type iconScan struct {
	files     *token.FileSet
	functions []function
	found     map[string]iconName
	// takers are the functions with a parameter for the name of an icon: the parameter's index by package and name.
	takers map[string]int
	err    error
}

// function is one top-level declaration: a function, or variables and constants.
type function struct {
	home string // the name of its package
	node ast.Decl
}

func (s *iconScan) parse(path string, entry fs.DirEntry, err error) error {
	if err != nil || entry.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
		return err
	}
	file, err := parser.ParseFile(s.files, path, nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	for _, one := range file.Decls {
		s.functions = append(s.functions, function{home: file.Name.Name, node: one})
	}
	return nil
}

func (s *iconScan) walk(in function) {
	returnsName := returnsIconName(in.node)
	ast.Inspect(in.node, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.CallExpr:
			if at, takes := s.takers[calledName(in.home, node.Fun)]; takes && at < len(node.Args) {
				s.read(in, node.Args[at])
			}
		case *ast.KeyValueExpr:
			if key, ok := node.Key.(*ast.Ident); ok && key.Name == "Icon" {
				s.read(in, node.Value)
			}
		case *ast.ReturnStmt:
			if returnsName {
				s.read(in, node.Results[0])
			}
		}
		return true
	})
}

// read reads the name of an icon from an expression, and fails if the expression does not determine it.
func (s *iconScan) read(in function, from ast.Expr) {
	position := s.files.Position(from.Pos())
	switch from := from.(type) {
	case *ast.BasicLit:
		if text, err := strconv.Unquote(from.Value); err == nil && text != "" {
			if _, known := s.found[text]; !known {
				s.found[text] = iconName{text: text, position: position}
			}
		}
		return
	case *ast.SelectorExpr:
		if from.Sel.Name == "Icon" {
			return
		}
	case *ast.CallExpr:
		if name := calledName(in.home, from.Fun); namesIcon(name) {
			return
		}
	case *ast.Ident:
		if declared, ok := in.node.(*ast.FuncDecl); ok && declared.Recv == nil {
			if at := slices.Index(parameters(declared), from.Name); at >= 0 {
				s.takers[in.home+"."+declared.Name.Name] = at
				return
			}
		}
	}
	if s.err == nil {
		s.err = fmt.Errorf("%s: the name of an icon must be a literal, a parameter, a field Icon or the result of a function …Icon", position)
	}
}

// returnsIconName reports whether a declaration is a function named …Icon whose only result is a string.
func returnsIconName(node ast.Decl) bool {
	declared, ok := node.(*ast.FuncDecl)
	if !ok || !namesIcon(declared.Name.Name) || declared.Type.Results.NumFields() != 1 {
		return false
	}
	result, ok := declared.Type.Results.List[0].Type.(*ast.Ident)
	return ok && result.Name == "string"
}

func namesIcon(name string) bool { return strings.HasSuffix(strings.ToLower(name), "icon") }

// calledName returns the package and name of the called function, or empty texts for calls of another form.
func calledName(home string, function ast.Expr) string {
	switch function := function.(type) {
	case *ast.Ident:
		return home + "." + function.Name
	case *ast.SelectorExpr:
		if from, ok := function.X.(*ast.Ident); ok {
			return from.Name + "." + function.Sel.Name
		}
	}
	return ""
}

func parameters(declared *ast.FuncDecl) []string {
	var names []string
	for _, field := range declared.Type.Params.List {
		for _, name := range field.Names {
			names = append(names, name.Name)
		}
	}
	return names
}
