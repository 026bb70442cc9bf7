package geo

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
)

// Rings around the middle of a city, about 190 m wide (0.002 degrees).
const (
	square  = `[[118.790,32.030],[118.792,32.030],[118.792,32.032],[118.790,32.032],[118.790,32.030]]`
	eastern = `[[118.792,32.030],[118.794,32.030],[118.794,32.032],[118.792,32.032],[118.792,32.030]]`
	hole    = `[[118.7905,32.0305],[118.7905,32.0315],[118.7915,32.0315],[118.7915,32.0305],[118.7905,32.0305]]`
)

// grid writes one feature; more are properties beside code and name.
func gridOf(code, name, geometry string) string {
	return fmt.Sprintf(`{"type":"Feature","properties":{"code":%q,"name":%q},"geometry":%s}`, code, name, geometry)
}

func area(rings ...string) string {
	return `{"type":"Polygon","coordinates":[` + strings.Join(rings, ",") + `]}`
}

func areas(parts ...string) string {
	return `{"type":"MultiPolygon","coordinates":[[` + strings.Join(parts, "],[") + `]]}`
}

func fileOf(features ...string) string {
	return `{"type":"FeatureCollection","坐标系":"WGS-84","features":[` + strings.Join(features, ",\n") + `]}`
}

// one is a file of one grid, named 第一网格.
func one(geometry string) string { return fileOf(gridOf("320102001001001", "第一网格", geometry)) }

const first = "第1个图形“第一网格”（320102001001001）："

// Every fault of a file gets a sentence that names the grid and the place (issue 2, point 6).
func TestReadFileFaults(t *testing.T) {
	cases := []struct {
		name, file string
		words      []string // all the sentences, in order
		place      string   // of the first
	}{
		{"empty", "  ", []string{"文件是空的。请重新导出后再导入。"}, ""},
		{"cut off", `{"type":"FeatureCollection",` + "\n" + `"features":[`, []string{"文件第2行不符合 JSON 格式，常见的原因是文件不完整，或坐标写成了 NaN。请重新导出后再导入。"}, ""},
		{"NaN", one(area(strings.Replace(square, "118.790", "NaN", 1))), []string{"文件第1行不符合 JSON 格式，常见的原因是文件不完整，或坐标写成了 NaN。请重新导出后再导入。"}, ""},
		{"a list", `[1,2]`, []string{"文件不是 GeoJSON 的图形集合（FeatureCollection）。请重新导出后再导入。"}, ""},
		{"null", `null`, []string{"文件不是 GeoJSON 的图形集合（FeatureCollection）。请重新导出后再导入。"}, ""},
		{"a topology", `{"type":"Topology","objects":{}}`, []string{"文件不是 GeoJSON 的图形集合（FeatureCollection）。请重新导出后再导入。"}, ""},
		{"GBK", "{\"type\":\"\xcd\xf8\xb8\xf1\"}", []string{"文件不是 UTF-8 编码。请在制图软件中选择 UTF-8 重新导出后再导入。"}, ""},
		{"too deep", strings.Repeat("[", 100_000), []string{"文件的括号套得太深，不是 GeoJSON 文件。请重新导出后再导入。"}, ""},
		{"too large", strings.Repeat(" ", mostBytes+1), []string{"文件超过5 MB。请按社区分成几个文件后再导入。"}, ""},
		{"no features", fileOf(), []string{"文件里没有图形。请重新导出后再导入。"}, ""},
		{"no system", strings.Replace(one(area(square)), `"坐标系":"WGS-84",`, "", 1), []string{"文件没有写明坐标系。" + accepted}, ""},
		{"system of another kind", strings.Replace(one(area(square)), "WGS-84", "BD-09", 1), []string{"文件的坐标系“BD-09”无法采用。" + accepted}, ""},
		{"two systems", strings.Replace(one(area(square)), `"坐标系"`, `"crs":{"type":"name","properties":{"name":"GCJ-02"}},"坐标系"`, 1), []string{"文件里写了两个不同的坐标系。" + accepted}, ""},
		{"not a feature", fileOf(`7`), []string{"第1个图形：不是 GeoJSON 的图形（Feature）。请重新导出后再导入。"}, ""},
		{"no properties", fileOf(`{"type":"Feature","geometry":` + area(square) + `}`), []string{"第1个图形：没有网格名称，也没有网格编码。请在属性 name 或 code 中补上后再导入。"}, ""},
		{"properties in a list", fileOf(`{"type":"Feature","properties":[1],"geometry":` + area(square) + `}`), []string{"第1个图形：属性读不出来。请重新导出后再导入。"}, ""},
		{"a name that cannot be stored", fileOf(`{"type":"Feature","properties":{"name":"第\u0000一"},"geometry":` + area(square) + `}`), []string{"第1个图形：属性超过100个字，或含有无法显示的字符。请改正后再导入。"}, ""},
		{"code twice", fileOf(gridOf("320102001001001", "第一网格", area(square)), gridOf("320102001001001", "第二网格", area(eastern))),
			[]string{"第2个图形“第二网格”（320102001001001）：网格编码320102001001001与第1个图形重复。请改正后再导入。"}, ""},
		{"no geometry", one(`null`), []string{first + "没有边界。请补画边界后再导入。"}, ""},
		{"geometry without kind", one(`{}`), []string{first + "没有写明图形的种类。网格的边界要用面（Polygon 或 MultiPolygon）。"}, ""},
		{"geometry as text", one(`"x"`), []string{first + "边界不是 GeoJSON 图形，读不出来。请重新导出后再提交。"}, ""},
		{"a line", one(`{"type":"LineString","coordinates":` + square + `}`), []string{first + "图形是线，网格的边界要用面（Polygon 或 MultiPolygon）。请改成面后再提交。"}, ""},
		{"no coordinates", one(`{"type":"Polygon"}`), []string{first + "边界里没有坐标。请补画边界后再提交。"}, ""},
		{"no parts", one(`{"type":"MultiPolygon","coordinates":[]}`), []string{first + "边界里没有坐标。请补画边界后再提交。"}, ""},
		{"empty ring", one(area("[]")), []string{first + "边界里有一圈没有坐标。请补画后再提交。"}, ""},
		{"text in the coordinates", one(area(strings.Replace(square, "118.790", `"118.790"`, 1))), []string{first + "坐标里有不是数字的内容，或括号的层数不对。请重新导出后再提交。"}, ""},
		{"a level too few", one(`{"type":"Polygon","coordinates":` + square + `}`), []string{first + "坐标里有不是数字的内容，或括号的层数不对。请重新导出后再提交。"}, ""},
		{"a number beyond all", one(area(strings.Replace(square, "118.790", "1e999", 1))), []string{first + "坐标里有不是数字的内容，或括号的层数不对。请重新导出后再提交。"}, ""},
		{"null coordinate", one(area(strings.Replace(square, "118.792", "null", 1))), []string{first + "边界上东经118.7900，北纬32.0300之后的一个点缺经度或纬度。请补上后再提交。"}, "东经118.7900，北纬32.0300"},
		{"null point", one(area(strings.Replace(square, "[118.790,32.030]", "null", 1))), []string{first + "边界的第1个点缺经度或纬度。请补上后再提交。"}, ""},
		{"swapped", one(area(`[[32.030,118.790],[32.030,118.792],[32.032,118.792],[32.030,118.790]]`)), []string{first + "边界的第1个点写成经度32.0300、纬度118.7900，经度和纬度写反了。请把经度写在前面后再提交。"}, ""},
		{"in metres", one(area(`[[40669000,3545000],[40669200,3545000],[40669200,3545200],[40669000,3545000]]`)), []string{first + "边界的第1个点写成经度40669000.0000、纬度3545000.0000，不是经纬度。请把坐标转成以度为单位的经纬度后再提交。"}, ""},
		{"abroad", one(area(`[[18.0,59.3],[18.1,59.3],[18.1,59.4],[18.0,59.3]]`)), []string{first + "边界的第1个点写成经度18.0000、纬度59.3000，不在我国范围内。请核对坐标后再提交。"}, ""},
		{"not closed", one(area(`[[118.790,32.030],[118.792,32.030],[118.792,32.032],[118.790,32.032]]`)), []string{first + "边界从东经118.7900，北纬32.0300处起没有闭合。请让最后一个点与第一个点相同后再提交。"}, "东经118.7900，北纬32.0300"},
		{"two points", one(area(`[[118.790,32.030],[118.792,32.030],[118.790,32.030]]`)), []string{first + "边界在东经118.7900，北纬32.0300处的一圈不足三个不同的点，围不成面。请补画后再提交。"}, "东经118.7900，北纬32.0300"},
		{"a bow tie", one(area(`[[118.790,32.030],[118.792,32.032],[118.792,32.030],[118.790,32.032],[118.790,32.030]]`)), []string{first + "边界在东经118.7910，北纬32.0310处自相交叉或来回重叠。请改正后再提交。"}, "东经118.7910，北纬32.0310"},
		{"a spike", one(area(`[[118.790,32.030],[118.792,32.030],[118.794,32.030],[118.792,32.030],[118.792,32.032],[118.790,32.030]]`)), []string{first + "边界在东经118.7940，北纬32.0300处自相交叉或来回重叠。请改正后再提交。"}, "东经118.7940，北纬32.0300"},
		{"a hole across the border", one(area(square, `[[118.791,32.031],[118.793,32.031],[118.791,32.0315],[118.791,32.031]]`)), []string{first + "空洞在东经118.7920，北纬32.0310处碰到外边界。请让空洞完全在边界以内后再提交。"}, "东经118.7920，北纬32.0310"},
		{"a hole outside", one(area(square, `[[118.795,32.031],[118.796,32.031],[118.796,32.032],[118.795,32.031]]`)), []string{first + "东经118.7950，北纬32.0310处的空洞在边界以外。请移到边界以内或删去后再提交。"}, "东经118.7950，北纬32.0310"},
		{"holes that cross", one(area(square, hole, `[[118.7910,32.0310],[118.7918,32.0310],[118.7918,32.0318],[118.7910,32.0318],[118.7910,32.0310]]`)), []string{first + "两个空洞在东经118.7910，北纬32.0315处相交。请合并成一个空洞后再提交。"}, "东经118.7910，北纬32.0315"},
		{"a hole in a hole", one(area(square, hole, `[[118.7908,32.0308],[118.7912,32.0308],[118.7912,32.0312],[118.7908,32.0308]]`)), []string{first + "东经118.7908，北纬32.0308处的空洞套着另一个空洞。请只留一个后再提交。"}, "东经118.7908，北纬32.0308"},
		{"parts that overlap", one(areas(square, `[[118.791,32.031],[118.793,32.031],[118.793,32.033],[118.791,32.033],[118.791,32.031]]`)), []string{first + "几块范围在东经118.7920，北纬32.0310处重叠或共用一段边界。请合并成一块或分开后再提交。"}, "东经118.7920，北纬32.0310"},
		{"a part in a part", one(areas(square, hole)), []string{first + "几块范围在东经118.7905，北纬32.0305处重叠。请合并成一块或分开后再提交。"}, "东经118.7905，北纬32.0305"},
		{"a ring of too many points", one(area("[" + strings.Repeat("[118.79,32.03],", 5000) + "[118.79,32.03]]")), []string{first + "边界有5001个点，最多5000个。请先简化边界再提交。"}, ""},
		{"grids that overlap", fileOf(gridOf("320102001001001", "第一网格", area(square)), gridOf("320102001001002", "第二网格", area(`[[118.791,32.030],[118.794,32.030],[118.794,32.032],[118.791,32.032],[118.791,32.030]]`))),
			[]string{"第2个图形“第二网格”（320102001001002）：与第1个图形“第一网格”（320102001001001）在东经118.7915，北纬32.0310处重叠约20949平方米。请让两个网格以同一条线为界后再导入。"}, "东经118.7915，北纬32.0310"},
		{"two faulty grids, two sentences", fileOf(gridOf("1", "甲", area("[]")), gridOf("2", "乙", `null`)),
			[]string{"第1个图形“甲”（1）：边界里有一圈没有坐标。请补画后再提交。", "第2个图形“乙”（2）：没有边界。请补画边界后再导入。"}, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, faults, err := ReadFile(strings.NewReader(c.file))
			if err != nil {
				t.Fatal(err)
			}
			var words []string
			for _, f := range faults {
				words = append(words, f.Words)
			}
			if !reflect.DeepEqual(words, c.words) {
				t.Fatalf("got  %q\nwant %q", words, c.words)
			}
			if faults[0].Place != c.place {
				t.Errorf("place %q, want %q", faults[0].Place, c.place)
			}
		})
	}
}

// Holes, several parts, winding, heights, repeated points, a byte order mark, names in Chinese and
// codes written as numbers are all read without a word.
func TestReadFileTakes(t *testing.T) {
	clockwise := `[[118.790,32.030],[118.790,32.032],[118.792,32.032],[118.792,32.030],[118.790,32.030]]`
	want := string(mustParse(t, area(square)).GeoJSON())
	cases := []struct{ name, file, geometry string }{
		{"as it is", one(area(square)), want},
		{"wound the wrong way", one(area(clockwise)), `{"type":"Polygon","coordinates":[[[118.79,32.03],[118.792,32.03],[118.792,32.032],[118.79,32.032],[118.79,32.03]]]}`},
		{"heights, repeated points, many digits", one(area(`[[118.790,32.030,5],[118.792,32.030,5],[118.792,32.030,5],[118.79200000001,32.032,7],[118.790,32.032],[118.790,32.030]]`)), want},
		{"byte order mark", "\xef\xbb\xbf" + one(area(square)), want},
		{"hole wound as its border", one(area(square, `[[118.7905,32.0305],[118.7915,32.0305],[118.7915,32.0315],[118.7905,32.0315],[118.7905,32.0305]]`)),
			`{"type":"Polygon","coordinates":[[[118.79,32.03],[118.792,32.03],[118.792,32.032],[118.79,32.032],[118.79,32.03]],[[118.7905,32.0305],[118.7905,32.0315],[118.7915,32.0315],[118.7915,32.0305],[118.7905,32.0305]]]}`},
		{"parts that touch in a corner", one(areas(square, `[[118.792,32.032],[118.794,32.032],[118.794,32.034],[118.792,32.032]]`)),
			`{"type":"MultiPolygon","coordinates":[[[[118.79,32.03],[118.792,32.03],[118.792,32.032],[118.79,32.032],[118.79,32.03]]],[[[118.792,32.032],[118.794,32.032],[118.794,32.034],[118.792,32.032]]]]}`},
		{"special grid in the hole of an ordinary one", fileOf(gridOf("320102001001001", "第一网格", area(square, hole)), gridOf("320102001001901", "学校网格", area(hole))), ""},
		{"micro-grid in its grid", fileOf(gridOf("320102001001001", "第一网格", area(square)), gridOf("32010200100100101", "一号楼", area(hole))), ""},
		{"neighbours", fileOf(gridOf("320102001001001", "第一网格", area(square)), gridOf("320102001001002", "第二网格", area(eastern))), ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			file, faults, err := ReadFile(strings.NewReader(c.file))
			if err != nil || len(faults) > 0 {
				t.Fatalf("%v %v", faults, err)
			}
			if file.System != WGS84 || file.Features[0].Code != "320102001001001" || file.Features[0].Name != "第一网格" || file.Features[0].At != 1 {
				t.Errorf("%+v", file)
			}
			if got := string(file.Features[0].Shape.GeoJSON()); c.geometry != "" && got != c.geometry {
				t.Errorf("got  %s\nwant %s", got, c.geometry)
			}
		})
	}
	file, faults, err := ReadFile(strings.NewReader(`{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}},"features":[
		{"type":"Feature","properties":{"网格编码":320102001001001,"网格名称":" 第一网格 ","类型":"综合网格","社区":"槐荫社区","面积":null},"geometry":` + area(square) + `}]}`))
	if err != nil || len(faults) > 0 {
		t.Fatalf("%v %v", faults, err)
	}
	file.Features[0].Shape = Shape{}
	want2 := File{WGS84, []Feature{{Name: "第一网格", Code: "320102001001001", Kind: "综合网格", Community: "槐荫社区", At: 1}}}
	if !reflect.DeepEqual(file, want2) {
		t.Errorf("%+v", file)
	}
}

// A file of too many points is refused before any two of its grids are compared, and a long list of
// faults is cut.
func TestReadFileBounds(t *testing.T) {
	big := area("[" + strings.Repeat("[118.79,32.03],", 4999) + "[118.79,32.03]]")
	_, faults, _ := ReadFile(strings.NewReader(fileOf(gridOf("1", "a", big), gridOf("2", "b", big), gridOf("3", "c", big), gridOf("4", "d", big), gridOf("5", "e", big), gridOf("6", "f", big))))
	if last := faults[len(faults)-1].Words; last != "文件里的点超过20000个。请简化边界，或按社区分成几个文件后再导入。" || len(faults) != 6 {
		t.Errorf("%d faults, the last: %s", len(faults), last)
	}
	_, faults, _ = ReadFile(strings.NewReader(fileOf(strings.Repeat("7,", 300) + "7")))
	if last := faults[len(faults)-1].Words; len(faults) != mostFaults+1 || last != "另有101处问题没有列出。请先改正以上各处后再导入。" {
		t.Errorf("%d faults, the last: %s", len(faults), last)
	}
}

func TestReadFileReaderFails(t *testing.T) {
	broken := errors.New("line cut")
	if _, faults, err := ReadFile(iotest.ErrReader(broken)); !errors.Is(err, broken) || faults != nil {
		t.Fatalf("%v %v", faults, err)
	}
}

// What is written is read again as it was, and the bytes are the same each time.
func TestWriteFile(t *testing.T) {
	want := []Feature{
		{Code: "320102001001001", Name: "第一网格", Kind: "grid", Community: "320102001001", At: 1, Shape: mustParse(t, area(square, hole))},
		{Code: "320102001001901", Name: `学校"网格`, Kind: "special_grid", Community: "320102001001", At: 2, Shape: mustParse(t, areas(eastern, `[[118.796,32.030],[118.797,32.030],[118.797,32.031],[118.796,32.030]]`))},
	}
	var out, again bytes.Buffer
	if err := errors.Join(WriteFile(&out, GCJ02, want), WriteFile(&again, GCJ02, want)); err != nil {
		t.Fatal(err)
	}
	if out.String() != again.String() {
		t.Error("two writings differ")
	}
	got, faults, err := ReadFile(&out)
	if err != nil || len(faults) > 0 || got.System != GCJ02 || !reflect.DeepEqual(got.Features, want) {
		t.Errorf("%+v %v %v", got, faults, err)
	}
	out.Reset()
	if err := WriteFile(&out, WGS84, []Feature{{Code: "1"}}); err != nil || !strings.Contains(out.String(), `"geometry":null`) {
		t.Errorf("a grid without boundary: %s %v", &out, err)
	}
}

func mustParse(t testing.TB, geometry string) Shape {
	t.Helper()
	s, err := ParseShape([]byte(geometry))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Whatever arrives, ReadFile answers; what it takes without a fault it writes and takes again.
func FuzzReadFile(f *testing.F) {
	for _, seed := range []string{
		one(area(square)), one(area(square, hole)), one(areas(square, eastern)), fileOf(gridOf("1", "甲", area(square)), gridOf("2", "乙", area(square))),
		one(area(`[[118.790,32.030],[118.792,32.032],[118.792,32.030],[118.790,32.032],[118.790,32.030]]`)),
		one(area(`[[118.79,32.03],[118.79,32.03],[118.79,32.03],[118.79,32.03]]`)), one(`{"type":"Polygon","coordinates":[[[1e308,-1e308],[null],[]]]}`),
		strings.Repeat(`{"type":`, 64), `{"type":"FeatureCollection","features":{}}`, "\xef\xbb\xbf", "\x00", `{"crs":7}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, faults, err := ReadFile(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		for _, fault := range faults {
			if fault.Words == "" || strings.Contains(fault.Words, "%!") {
				t.Fatalf("fault %+v says nothing", fault)
			}
		}
		if len(faults) > 0 {
			return
		}
		var out bytes.Buffer
		if err := WriteFile(&out, file.System, file.Features); err != nil {
			t.Fatal(err)
		}
		again, faults, err := ReadFile(&out)
		if err != nil || len(faults) > 0 || len(again.Features) != len(file.Features) {
			t.Fatalf("what was taken once is refused: %v %v", faults, err)
		}
	})
}
