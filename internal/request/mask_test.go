package request

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// §6.7: names, telephones and places are masked as the table says.
func TestMasks(t *testing.T) {
	for _, c := range []struct {
		what string
		mask func(string) string
		in   string
		want string
	}{
		{"name", MaskName, "", ""}, {"name", MaskName, "张", "*"}, {"name", MaskName, "张三", "张*"}, {"name", MaskName, "张三丰", "张**"},
		{"name", MaskName, "欧阳明日", "欧阳**"}, {"name", MaskName, "欧阳锋", "欧阳*"}, {"name", MaskName, "张三李四王五", "张**"}, {"name", MaskName, "欧阳", "欧*"},
		{"name", MaskName, "𠮷野家", "𠮷**"}, {"name", MaskName, "John Smith", "J**"},
		{"phone", MaskPhone, "13800005678", "138****5678"}, {"phone", MaskPhone, "138 0000 5678", "138****5678"}, {"phone", MaskPhone, "+86 13800005678", "138****5678"},
		{"phone", MaskPhone, "１３８００００５６７８", "138****5678"}, {"phone", MaskPhone, "025-52345678", "025-****5678"}, {"phone", MaskPhone, "0512-52345678", "0512-****5678"},
		{"phone", MaskPhone, "52345678", "****5678"}, {"phone", MaskPhone, "110", "****"}, {"phone", MaskPhone, "", ""},
		{"place", MaskPlace, "槐荫苑3幢2单元502室", "槐荫苑*幢*单元"}, {"place", MaskPlace, "槐荫苑3幢", "槐荫苑*幢"}, {"place", MaskPlace, "槐荫苑三号楼二单元", "槐荫苑*号楼*单元"},
		{"place", MaskPlace, "槐荫苑3-2-502", "槐荫苑*"}, {"place", MaskPlace, "槐荫苑Ａ座１２０１室", "槐荫苑*座"}, {"place", MaskPlace, "中山路12号", "中山路*号"},
		{"place", MaskPlace, "小区北门", "小区北门"},
	} {
		if got := c.mask(c.in); got != c.want {
			t.Errorf("%s of %q = %q, want %q", c.what, c.in, got, c.want)
		}
	}
}

// §6.7: free text is searched for telephones, identity numbers, rooms and plates, tricks included; what is
// nobody's data stays.
func TestMaskWords(t *testing.T) {
	for in, want := range map[string]string{
		"电话13800005678，谢谢":             "电话138****5678，谢谢",
		"打 138-0000-5678 找我":           "打 138****5678 找我",
		"１３８００００５６７８":                  "138****5678",
		"一三八零零零零五六七八":                  "138****5678",
		"幺三八〇〇〇〇五六七八 速回":               "138****5678 速回",
		"1 3 8 0 0 0 0 5 6 7 8":        "138****5678",
		"①③⑧0000５６７８":                  "138****5678",
		"1️⃣3️⃣8️⃣00005678":            "138****5678",
		"138\u200b0000\u200b5678":      "138****5678",
		"座机 025-52345678":              "座机 025-****5678",
		"身份证 320104199001011234":       "身份证 3****************4",
		"身份证 32010419900101123x 号":     "身份证 3****************X 号",
		"３２０１０４１９９００１０１１２３Ｘ":           "3****************X",
		"卡号 6222020200112230":          "卡号 ****2230",
		"我住3幢2单元502室":                  "我住3幢2单元***室",
		"3幢2单元502漏水":                   "3幢2单元***漏水",
		"三幢二单元五零二室":                    "三幢二单元***室",
		"住在3-2-502，漏水":                 "住在*-*-***，漏水",
		"中山路12号":                       "中山路**号",
		"车牌苏A12345占道":                  "车牌苏A***45占道",
		"苏Ａ·Ｄ１２３４５":                    "苏A***45",
		"发到 li.hua@example.com":        "发到 ***@***",
		"3幢2单元电梯坏了，12号楼路灯不亮":           "3幢2单元电梯坏了，12号楼路灯不亮",
		"2026-11-01 至 2026-11-15 一直停水": "2026-11-01 至 2026-11-15 一直停水",
		"11月18日10:30，物业费 1200 元，12345": "11月18日10:30，物业费 1200 元，12345",
		"二室一厅，办公室，一二三楼":                "二室一厅，办公室，一二三楼",
		"诉求 SQ-2026-17":                "诉求 SQ-2026-17",
	} {
		if got := MaskWords(in); got != want {
			t.Errorf("MaskWords(%q) = %q, want %q", in, got, want)
		}
	}
}

// Spans are in order, inside the text, and never overlap; what is masked holds nothing more to find, and
// masking twice changes nothing.
func FuzzMaskWords(f *testing.F) {
	for _, s := range []string{"", "13800005678", "一三八〇〇〇〇五六七八", "3-2-502", "苏A·12345挂", "320104199001011 23X", "a@b.cc 025-52345678 502室", "\xff\xfe1380000",
		"1380000567813800005678", "幢502室五百零二房间", "路十二号12345678901x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, words string) {
		at, length := 0, utf8.RuneCountInString(words)
		for _, s := range FindPersonal(words) {
			if s.Start < at || s.End <= s.Start || s.End > length || s.What == "" {
				t.Fatalf("%q: span %+v after %d of %d", words, s, at, length)
			}
			at = s.End
		}
		masked := MaskWords(words)
		if left := FindPersonal(masked); len(left) != 0 {
			t.Fatalf("%q is masked to %q, which still holds %+v", words, masked, left)
		}
		if again := MaskWords(masked); again != masked {
			t.Fatalf("%q, then %q", masked, again)
		}
		if strings.Contains(masked, "13800005678") {
			t.Fatalf("%q still shows the telephone", masked)
		}
	})
}

func FuzzMaskPlace(f *testing.F) {
	for _, s := range []string{"槐荫苑3幢2单元502室", "3-2-502", "中山路12号", "\xff", "Ａ座"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, place string) {
		if got := MaskPlace(place); strings.ContainsAny(got, "0123456789") {
			t.Fatalf("%q is masked to %q", place, got)
		}
	})
}

// A telephone is what somebody can be called at.
func TestPhones(t *testing.T) {
	for phone, want := range map[string]bool{"13800005678": true, "138 0000 5678": true, "+8613800005678": true, "025-52345678": true, "52345678": true,
		"１３８００００５６７８": true, "12345": false, "1380000567": false, "138000056789": false, "abc": false, "一三八零零零零五六七八": false, "": false} {
		if got := validPhone(phone); got != want {
			t.Errorf("validPhone(%q) = %v", phone, got)
		}
	}
}
