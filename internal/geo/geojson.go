package geo

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
)

// Bounds of one boundary and of one file.
const (
	mostPoints     = 5_000
	mostFilePoints = 20_000
	mostBytes      = 5 << 20
	mostDepth      = 20
)

// ParseShape reads a GeoJSON Polygon or MultiPolygon and checks it throughout, as a form posts one.
// Nothing, and null, are the zero Shape. The error is a Fault.
func ParseShape(geojson []byte) (Shape, error) {
	return parse(geojson, true)
}

// StoredShape reads a boundary that was checked before it was stored: it looks at the numbers but
// not again for crossings, so that a map of hundreds of grids is quickly there.
func StoredShape(geojson []byte) (Shape, error) {
	return parse(geojson, false)
}

func parse(geojson []byte, throughout bool) (Shape, error) {
	geojson = bytes.TrimSpace(geojson)
	if len(geojson) == 0 || string(geojson) == "null" {
		return Shape{}, nil
	}
	if len(geojson) > mostBytes {
		return Shape{}, Fault{Words: "边界数据超过5 MB。请减少边界上的点后再提交。"}
	}
	if tooDeep(geojson) {
		return Shape{}, Fault{Words: "边界数据的括号套得太深，不是 GeoJSON 图形。请重新导出后再提交。"}
	}
	shape, _, faults := readGeometry(geojson, "", throughout)
	if len(faults) > 0 {
		return Shape{}, faults[0]
	}
	return shape, nil
}

// tooDeep counts brackets outside of texts.
func tooDeep(data []byte) bool {
	depth, inText, escaped := 0, false, false
	for _, c := range data {
		switch {
		case escaped:
			escaped = false
		case inText:
			escaped, inText = c == '\\', c != '"'
		case c == '"':
			inText = true
		case c == '[' || c == '{':
			if depth++; depth > mostDepth {
				return true
			}
		case c == ']' || c == '}':
			depth--
		}
	}
	return false
}

// kinds names in Chinese what a file may hold instead of an area.
var kinds = map[string]string{
	"Point": "点", "MultiPoint": "点", "LineString": "线", "MultiLineString": "线", "GeometryCollection": "混合图形",
}

// readGeometry reads one geometry and counts its points. who names the grid in the sentences.
func readGeometry(raw []byte, who string, throughout bool) (Shape, int, []Fault) {
	c := checker{who: who}
	var g struct {
		Type        string          `json:"type"`
		Coordinates json.RawMessage `json:"coordinates"`
	}
	if err := json.Unmarshal(raw, &g); err != nil {
		c.say("边界不是 GeoJSON 图形，读不出来。请重新导出后再提交。")
		return Shape{}, 0, c.faults
	}
	var parts [][][][]*float64
	var err error
	switch g.Type {
	case "Polygon":
		parts = make([][][][]*float64, 1)
		err = json.Unmarshal(orNull(g.Coordinates), &parts[0])
	case "MultiPolygon":
		err = json.Unmarshal(orNull(g.Coordinates), &parts)
	default:
		if name, ok := kinds[g.Type]; ok {
			c.say("图形是" + name + "，网格的边界要用面（Polygon 或 MultiPolygon）。请改成面后再提交。")
		} else {
			c.say("没有写明图形的种类。网格的边界要用面（Polygon 或 MultiPolygon）。")
		}
		return Shape{}, 0, c.faults
	}
	if err != nil {
		c.say("坐标里有不是数字的内容，或括号的层数不对。请重新导出后再提交。")
		return Shape{}, 0, c.faults
	}
	count := 0
	for _, g := range parts {
		for _, r := range g {
			count += len(r)
		}
	}
	if count > mostPoints {
		c.say("边界有" + strconv.Itoa(count) + "个点，最多5000个。请先简化边界再提交。")
		return Shape{}, count, c.faults
	}
	shape := c.shape(parts, throughout)
	return shape, count, c.faults
}

func orNull(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return json.RawMessage("null")
	}
	return raw
}

// round keeps seven digits: one centimetre.
func round(f float64) float64 { return math.Round(f*1e7) / 1e7 }

// GeoJSON writes the shape as a Polygon or MultiPolygon, the same text for the same shape each
// time. The zero Shape has none.
func (s Shape) GeoJSON() []byte {
	if s.IsZero() {
		return nil
	}
	if len(s.parts) == 1 {
		return append(s.parts[0].appendTo([]byte(`{"type":"Polygon","coordinates":`)), '}')
	}
	out := []byte(`{"type":"MultiPolygon","coordinates":`)
	for i, g := range s.parts {
		out = g.appendTo(append(out, "[,"[min(i, 1)]))
	}
	return append(out, "]}"...)
}

func (g polygon) appendTo(out []byte) []byte {
	for i, r := range g {
		out = append(out, "[,"[min(i, 1)])
		for j, p := range r {
			out = append(out, "[,"[min(j, 1)], '[')
			out = strconv.AppendFloat(out, p.Lng, 'f', -1, 64)
			out = strconv.AppendFloat(append(out, ','), p.Lat, 'f', -1, 64)
			out = append(out, ']')
		}
		out = append(out, ']')
	}
	return append(out, ']')
}
