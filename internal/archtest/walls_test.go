package archtest

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/tools/go/packages"
)

const module = "portal"

// house loads the whole module once, with types, without tests.
var house = sync.OnceValues(func() ([]*packages.Package, error) {
	return packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo | packages.NeedImports,
		Dir:  "../..",
	}, "./...")
})

func load(t *testing.T) []*packages.Package {
	t.Helper()
	pkgs, err := house()
	if err != nil {
		t.Fatal(err)
	}
	if packages.PrintErrors(pkgs) > 0 || len(pkgs) < 10 {
		t.Fatalf("the module does not load whole: %d packages", len(pkgs))
	}
	return pkgs
}

// floors ranks the folders: a package may import only lower floors (and leaves).
var floors = []struct {
	rank     int
	prefixes []string
}{
	{0, []string{"internal/flow", "internal/page", "internal/workday", "internal/normal", "internal/docno", "internal/sheet", "internal/fault", "internal/geo", "internal/pinyin"}},
	{1, []string{"internal/authz"}},
	{2, []string{"internal/audit"}},
	{3, []string{"internal/pg", "migrations"}},
	{4, []string{"internal/secret", "internal/blob", "internal/job", "internal/intake", "internal/backup"}},
	{5, []string{"internal/policy", "internal/place", "internal/inbox"}},
	{6, []string{"internal/legal", "internal/account"}},
	{7, []string{"internal/catalog"}},
	{8, domains},
	{9, []string{"internal/handoff"}},
	{10, []string{"internal/demo"}},
	{11, []string{"web/static", "web/view", "web/route", "web/form", "web/session", "web/frame", "web/listing"}},
	{12, []string{"web/home", "web/account", "web/admission", "web/refusal", "web/public", "web/catalog", "web/settings", "web/desk", "web/grid", "web/request", "web/counter", "web/workorder", "web/event", "web/notice", "web/kiosk", "web/kiosks"}},
	{13, []string{"web"}},
	{14, []string{"cmd"}},
}

// domains stand side by side and never import each other; what crosses goes through handoff.
var domains = []string{"internal/admission", "internal/refusal", "internal/grid", "internal/request", "internal/workorder", "internal/notice", "internal/kiosk"}

// aside are test benches and tools that may look at everything.
var aside = []string{"internal/archtest", "internal/bench", "internal/drill", "internal/journey", "internal/pg/pgtest", "internal/pg/devdb", "internal/demo/demotest", "internal/tools", "web/webtest"}

func local(path string) string { return strings.TrimPrefix(path, module+"/") }

func under(path, prefix string) bool { return path == prefix || strings.HasPrefix(path, prefix+"/") }

func rank(path string) (int, bool) {
	best, found := -1, -1
	for _, f := range floors {
		for _, p := range f.prefixes {
			if under(path, p) && len(p) > best {
				best, found = len(p), f.rank
			}
		}
	}
	return found, found >= 0
}

func isAside(path string) bool {
	return slices.ContainsFunc(aside, func(a string) bool { return under(path, a) })
}

// Imports point one way, and every folder has its floor.
func TestImportsPointDown(t *testing.T) {
	for _, p := range load(t) {
		from := local(p.PkgPath)
		if isAside(from) {
			continue
		}
		mine, ok := rank(from)
		if !ok {
			t.Errorf("%s stands on no floor: give it one in archtest and in the README's map", from)
			continue
		}
		for path := range p.Imports {
			if !strings.HasPrefix(path, module+"/") || under(local(path), from) || under(from, local(path)) {
				continue
			}
			if isAside(local(path)) && mine < 14 {
				t.Errorf("%s imports %s, which is for tests and tools", from, local(path))
				continue
			}
			if r, known := rank(local(path)); known && r > mine {
				t.Errorf("%s (floor %d) imports %s (floor %d)", from, mine, local(path), r)
			}
			if mine == 8 && slices.ContainsFunc(domains, func(d string) bool { return under(local(path), d) && !under(from, d) }) {
				t.Errorf("%s imports the domain %s; what crosses goes through internal/handoff", from, local(path))
			}
			if r, _ := rank(local(path)); r == 12 && mine == 12 {
				t.Errorf("%s imports %s: features of web do not know each other", from, local(path))
			}
		}
	}
}

// pgx stands only in store*.go, list*.go, internal/pg and migrations; HTTP only in web and cmd.
func TestSQLAndHTTPStandInTheirFiles(t *testing.T) {
	for _, p := range load(t) {
		from := local(p.PkgPath)
		if isAside(from) {
			continue
		}
		for i, f := range p.Syntax {
			name := filepath.Base(p.GoFiles[i])
			for _, imp := range f.Imports {
				path := strings.Trim(imp.Path.Value, `"`)
				mayPgx := strings.HasPrefix(name, "store") || strings.HasPrefix(name, "list") || under(from, "internal/pg") || from == "migrations" || from == "internal/job"
				if strings.HasPrefix(path, "github.com/jackc/pgx") && !mayPgx {
					t.Errorf("%s/%s imports %s", from, name, path)
				}
				if path == "net/http" && strings.HasPrefix(from, "internal/") {
					t.Errorf("%s/%s speaks HTTP", from, name)
				}
			}
		}
	}
}

// The clock is read in cmd alone; everything else gets its time from pg.DB.Now or a parameter.
func TestNobodyElseReadsTheClock(t *testing.T) {
	for _, p := range load(t) {
		from := local(p.PkgPath)
		if isAside(from) || under(from, "cmd") {
			continue
		}
		each(p, func(file string, n ast.Node) {
			call, ok := n.(*ast.SelectorExpr)
			if !ok {
				return
			}
			obj := p.TypesInfo.Uses[call.Sel]
			if obj != nil && obj.Pkg() != nil && obj.Pkg().Path() == "time" && (obj.Name() == "Now" || obj.Name() == "Since" || obj.Name() == "Until") {
				t.Errorf("%s/%s: time.%s; take the time from pg.DB.Now or a parameter", from, file, obj.Name())
			}
		})
	}
}

var dbClock = regexp.MustCompile(`(?i)\bnow\(\)|\bcurrent_(date|timestamp|time)\b|\bclock_timestamp\(|\blocaltime`)
var sqlVerb = regexp.MustCompile(`^\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH)\s`)

// No text of SQL asks the database for the time, and web holds no SQL at all.
func TestSQLHasNoClockAndWebHasNoSQL(t *testing.T) {
	for _, p := range load(t) {
		from := local(p.PkgPath)
		if isAside(from) {
			continue
		}
		each(p, func(file string, n ast.Node) {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return
			}
			text := constant.StringVal(constant.MakeFromLiteral(lit.Value, token.STRING, 0))
			if !sqlVerb.MatchString(text) {
				return
			}
			if dbClock.MatchString(text) {
				t.Errorf("%s/%s: SQL asks the database for the time", from, file)
			}
			if under(from, "web") && strings.Contains(text, " FROM ") {
				t.Errorf("%s/%s: SQL in web", from, file)
			}
		})
	}
}

// Every SQL text handed to pgx is a constant of the program (reliability.md §2 rule 9).
func TestSQLTextsAreConstants(t *testing.T) {
	methods := map[string]int{"Exec": 1, "Query": 1, "QueryRow": 1, "Queue": 0, "Prepare": 2}
	checked := 0
	for _, p := range load(t) {
		from := local(p.PkgPath)
		if isAside(from) {
			continue
		}
		each(p, func(file string, n ast.Node) {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return
			}
			at, watched := methods[sel.Sel.Name]
			if !watched || len(call.Args) <= at || !speaksPgx(p.TypesInfo.Uses[sel.Sel]) {
				return
			}
			checked++
			if p.TypesInfo.Types[call.Args[at]].Value == nil && !isParameter(p, call.Args[at]) {
				t.Errorf("%s/%s: the SQL of %s is not a constant", from, file, sel.Sel.Name)
			}
		})
	}
	if checked < 20 {
		t.Errorf("only %d calls looked at: the test has lost sight of pgx", checked)
	}
}

// isParameter allows a helper such as one(ctx, q, sql, …) whose callers are checked by the same rule below.
func isParameter(p *packages.Package, arg ast.Expr) bool {
	id, ok := arg.(*ast.Ident)
	if !ok {
		return false
	}
	v, ok := p.TypesInfo.Uses[id].(*types.Var)
	return ok && !v.IsField() && id.Name == "sql"
}

// A helper's parameter named sql is only ever given a constant.
func TestSQLParametersGetConstants(t *testing.T) {
	for _, p := range load(t) {
		from := local(p.PkgPath)
		if isAside(from) {
			continue
		}
		each(p, func(file string, n ast.Node) {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return
			}
			sig, ok := p.TypesInfo.TypeOf(call.Fun).(*types.Signature)
			if !ok {
				return
			}
			fn := callee(p, call)
			if fn == nil || fn.Pkg() == nil || !strings.HasPrefix(fn.Pkg().Path(), module) {
				return
			}
			for i := range min(sig.Params().Len(), len(call.Args)) {
				if sig.Params().At(i).Name() == "sql" && p.TypesInfo.Types[call.Args[i]].Value == nil && !isParameter(p, call.Args[i]) {
					t.Errorf("%s/%s: %s gets an SQL text that is not a constant", from, file, fn.Name())
				}
			}
		})
	}
}

func callee(p *packages.Package, call *ast.CallExpr) types.Object {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return p.TypesInfo.Uses[f]
	case *ast.SelectorExpr:
		return p.TypesInfo.Uses[f.Sel]
	case *ast.IndexExpr:
		if id, ok := f.X.(*ast.Ident); ok {
			return p.TypesInfo.Uses[id]
		}
	}
	return nil
}

func speaksPgx(obj types.Object) bool {
	fn, ok := obj.(*types.Func)
	if !ok || fn.Pkg() == nil {
		return false
	}
	path := fn.Pkg().Path()
	return strings.HasPrefix(path, "github.com/jackc/pgx") || path == module+"/internal/audit" || path == module+"/internal/pg"
}

func each(p *packages.Package, visit func(file string, n ast.Node)) {
	for i, f := range p.Syntax {
		name := filepath.Base(p.GoFiles[i])
		ast.Inspect(f, func(n ast.Node) bool {
			if n != nil {
				visit(name, n)
			}
			return true
		})
	}
}
