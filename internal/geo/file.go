package geo

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Feature is one grid of a file.
type Feature struct {
	Name, Code, Kind, Community string
	Shape                       Shape
	At                          int // its position in the file, from 1
}

// File is a boundary file as it was read.
type File struct {
	System   System
	Features []Feature
}

// The properties of a feature and the names under which files hold them; WriteFile uses the first.
var (
	codeNames      = []string{"code", "网格编码", "编码"}
	nameNames      = []string{"name", "网格名称", "名称"}
	kindNames      = []string{"kind", "类型", "网格类型"}
	communityNames = []string{"community", "社区", "社区编码"}
	systemNames    = []string{"coordinate_system", "坐标系"}
)

const (
	accepted   = "请写明 WGS-84 或 GCJ-02，例如在开头加上 \"coordinate_system\":\"WGS-84\"；其他坐标系请先转换。"
	mostFaults = 200
	longest    = 100 // letters of one property
)

// ReadFile reads a GeoJSON FeatureCollection whose coordinate system is named, either as the member
// coordinate_system (坐标系) or as crs. Everything wrong with the file is a Fault; the error is for a
// reader that fails. The Features are those without a fault, so that they can be drawn; a file with
// any fault is not to be applied. Two grids of one level may not overlap; a micro-grid (微网格) lies
// in its grid.
func ReadFile(r io.Reader) (File, []Fault, error) {
	data, err := io.ReadAll(io.LimitReader(r, mostBytes+1))
	if err != nil {
		return File{}, nil, fmt.Errorf("read a boundary file: %w", err)
	}
	b := reading{codes: map[string]int{}}
	b.file(data)
	if more := len(b.faults) - mostFaults; more > 0 {
		b.faults = append(b.faults[:mostFaults], Fault{Words: fmt.Sprintf("另有%d处问题没有列出。请先改正以上各处后再导入。", more)})
	}
	return b.result, b.faults, nil
}

type reading struct {
	result File
	faults []Fault
	codes  map[string]int
	points int
}

func (b *reading) say(words string) { b.faults = append(b.faults, Fault{Words: words}) }

func (b *reading) file(data []byte) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	switch {
	case len(data) > mostBytes:
		b.say("文件超过5 MB。请按社区分成几个文件后再导入。")
		return
	case len(bytes.TrimSpace(data)) == 0:
		b.say("文件是空的。请重新导出后再导入。")
		return
	case !utf8.Valid(data):
		b.say("文件不是 UTF-8 编码。请在制图软件中选择 UTF-8 重新导出后再导入。")
		return
	case tooDeep(data):
		b.say("文件的括号套得太深，不是 GeoJSON 文件。请重新导出后再导入。")
		return
	}
	var top map[string]json.RawMessage
	if err := json.Unmarshal(data, &top); err != nil {
		b.say(notJSON(data, err))
		return
	}
	var list []json.RawMessage
	if kind := textOf(top["type"]); kind != "FeatureCollection" || json.Unmarshal(top["features"], &list) != nil {
		b.say("文件不是 GeoJSON 的图形集合（FeatureCollection）。请重新导出后再导入。")
		return
	}
	b.system(top)
	if len(list) == 0 {
		b.say("文件里没有图形。请重新导出后再导入。")
	}
	for i, raw := range list {
		if b.points > mostFilePoints {
			b.say("文件里的点超过20000个。请简化边界，或按社区分成几个文件后再导入。")
			return
		}
		b.feature(i+1, raw)
	}
	if b.points > mostFilePoints {
		b.say("文件里的点超过20000个。请简化边界，或按社区分成几个文件后再导入。")
		return
	}
	b.overlaps()
}

func notJSON(data []byte, err error) string {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		line := 1 + bytes.Count(data[:min(len(data), int(syntax.Offset))], []byte("\n"))
		return fmt.Sprintf("文件第%d行不符合 JSON 格式，常见的原因是文件不完整，或坐标写成了 NaN。请重新导出后再导入。", line)
	}
	return "文件不是 GeoJSON 的图形集合（FeatureCollection）。请重新导出后再导入。"
}

// system takes the name of the coordinate system from wherever it stands; two must agree.
func (b *reading) system(top map[string]json.RawMessage) {
	var named []string
	for _, key := range systemNames {
		if text := textOf(top[key]); text != "" {
			named = append(named, text)
		}
	}
	var crs struct {
		Properties struct {
			Name string `json:"name"`
		} `json:"properties"`
	}
	if text := textOf(top["crs"]); text != "" {
		named = append(named, text)
	} else if json.Unmarshal(orNull(top["crs"]), &crs) == nil && crs.Properties.Name != "" {
		named = append(named, crs.Properties.Name)
	}
	for _, text := range named {
		switch system, ok := ParseSystem(text); {
		case !ok:
			b.say("文件的坐标系“" + shortened(text) + "”无法采用。" + accepted)
			return
		case b.result.System != "" && b.result.System != system:
			b.say("文件里写了两个不同的坐标系。" + accepted)
			return
		default:
			b.result.System = system
		}
	}
	if len(named) == 0 {
		b.say("文件没有写明坐标系。" + accepted)
	}
}

func textOf(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(orNull(raw), &text) != nil {
		return ""
	}
	return strings.TrimSpace(text)
}

func shortened(text string) string {
	if letters := []rune(text); len(letters) > 40 {
		return string(letters[:40]) + "…"
	}
	return text
}

func (b *reading) feature(at int, raw json.RawMessage) {
	f := Feature{At: at}
	who := fmt.Sprintf("第%d个图形", at)
	fault := func(words string) {
		b.faults = append(b.faults, Fault{At: at, Name: f.Name, Words: who + "：" + words})
	}
	var parts struct {
		Type       string          `json:"type"`
		Properties json.RawMessage `json:"properties"`
		Geometry   json.RawMessage `json:"geometry"`
	}
	properties := map[string]any{}
	if json.Unmarshal(raw, &parts) != nil || parts.Type != "Feature" {
		fault("不是 GeoJSON 的图形（Feature）。请重新导出后再导入。")
		return
	}
	numbers := json.NewDecoder(bytes.NewReader(orNull(parts.Properties)))
	numbers.UseNumber()
	if numbers.Decode(&properties) != nil {
		fault("属性读不出来。请重新导出后再导入。")
		return
	}
	f.Name, f.Code = property(properties, nameNames), property(properties, codeNames)
	f.Kind, f.Community = property(properties, kindNames), property(properties, communityNames)
	who += quoted(f.Name, f.Code)
	before := len(b.faults)
	for _, text := range []string{f.Name, f.Code, f.Kind, f.Community} {
		if utf8.RuneCountInString(text) > longest || strings.ContainsFunc(text, unicode.IsControl) {
			f.Name = ""
			who = fmt.Sprintf("第%d个图形", at)
			fault(fmt.Sprintf("属性超过%d个字，或含有无法显示的字符。请改正后再导入。", longest))
			return
		}
	}
	if f.Name == "" && f.Code == "" {
		fault("没有网格名称，也没有网格编码。请在属性 name 或 code 中补上后再导入。")
	}
	if first := b.codes[f.Code]; f.Code != "" && first > 0 {
		fault(fmt.Sprintf("网格编码%s与第%d个图形重复。请改正后再导入。", f.Code, first))
	} else {
		b.codes[f.Code] = at
	}
	if geometry := strings.TrimSpace(string(parts.Geometry)); geometry == "" || geometry == "null" {
		fault("没有边界。请补画边界后再导入。")
		return
	}
	shape, count, wrong := readGeometry(parts.Geometry, who, true)
	b.points += count
	for _, w := range wrong {
		w.At, w.Name = at, f.Name
		b.faults = append(b.faults, w)
	}
	if len(b.faults) == before {
		f.Shape = shape
		b.result.Features = append(b.result.Features, f)
	}
}

// property takes the first of the names under which there is a text or a number.
func property(properties map[string]any, names []string) string {
	for _, name := range names {
		switch value := properties[name].(type) {
		case string:
			if text := strings.TrimSpace(value); text != "" {
				return text
			}
		case json.Number:
			return value.String()
		}
	}
	return ""
}

func quoted(name, code string) string {
	switch {
	case name == "" && code == "":
		return ""
	case name == "":
		return "“" + code + "”"
	case code == "":
		return "“" + name + "”"
	}
	return "“" + name + "”（" + code + "）"
}

// micro tells the level of a grid: micro-grids have two digits more, and lie inside another.
func (f Feature) micro() bool {
	return f.Kind == "micro_grid" || f.Kind == "微网格" || len(f.Code) == 17
}

// overlaps compares the grids of each level with each other.
func (b *reading) overlaps() {
	for _, micro := range []bool{false, true} {
		var level []Feature
		var areas []Area
		for _, f := range b.result.Features {
			if f.micro() == micro {
				level = append(level, f)
				areas = append(areas, Area{cmp.Or(f.Name, f.Code), f.Shape})
			}
		}
		err := eachOverlap(areas, func(i, j int, squareMetres float64, at Point) {
			f, g := level[i], level[j]
			b.faults = append(b.faults, Fault{At: g.At, Name: g.Name, Place: at.Place(), Words: fmt.Sprintf(
				"第%d个图形%s：与第%d个图形%s在%s处重叠约%.0f平方米。请让两个网格以同一条线为界后再导入。",
				g.At, quoted(g.Name, g.Code), f.At, quoted(f.Name, f.Code), at.Place(), squareMetres)})
		})
		var fault Fault
		if errors.As(err, &fault) {
			b.faults = append(b.faults, fault)
		}
	}
}

// written is one feature as WriteFile lays it out.
type written struct {
	Type       string            `json:"type"`
	Properties map[string]string `json:"properties"`
	Geometry   json.RawMessage   `json:"geometry"`
}

// WriteFile writes a FeatureCollection that ReadFile reads again and any map program opens. The
// same features give the same bytes.
func WriteFile(w io.Writer, sys System, fs []Feature) error {
	name, err := json.Marshal(sys)
	if err != nil {
		return fmt.Errorf("write a boundary file: %w", err)
	}
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "{\"type\":\"FeatureCollection\",\"coordinate_system\":%s,\"features\":[", name)
	for i, f := range fs {
		properties := map[string]string{}
		for _, p := range []struct {
			names []string
			text  string
		}{{codeNames, f.Code}, {nameNames, f.Name}, {kindNames, f.Kind}, {communityNames, f.Community}} {
			if p.text != "" {
				properties[p.names[0]] = p.text
			}
		}
		line, err := json.Marshal(written{"Feature", properties, orNull(f.Shape.GeoJSON())})
		if err != nil {
			return fmt.Errorf("write the boundary of %s: %w", f.Code, err)
		}
		fmt.Fprintf(out, "%s\n%s", ",\n"[:min(i, 1)], line)
	}
	fmt.Fprint(out, "\n]}\n")
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write a boundary file: %w", err)
	}
	return nil
}
