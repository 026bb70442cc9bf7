package refusal

import (
	"testing"
	"unicode/utf8"
)

// What people write about a basis is read as a law and an article, or left as words.
func TestCitationIn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ words, law, article string }{
		{"《未成年人保护法》第四十三条", "未成年人保护法", "43"},
		{"依据《中华人民共和国未成年人保护法》第四十三条第二款", "中华人民共和国未成年人保护法", "43"},
		{"未成年人保护法第43条", "未成年人保护法", "43"},
		{"《城市居民委员会组织法》第十条第（八）项", "城市居民委员会组织法", "10(8)"},
		{"居民委员会组织法 第十条 第一款 第五项", "居民委员会组织法", "10(5)"},
		{"《生态环境法典》第一千二百四十二条", "生态环境法典", "1242"},
		{"生态环境法典第五百九十九条", "生态环境法典", "599"},
		{"社会救助暂行办法第四条", "社会救助暂行办法", "4"},
		{"上级要求", "", ""},
		{"《文件》", "", ""},
		{"某法第〇条", "", ""},
		{"", "", ""},
	} {
		law, article, ok := citationIn(c.words)
		if law != c.law || article != c.article || ok != (c.law != "") {
			t.Errorf("%q: %q %q %v", c.words, law, article, ok)
		}
	}
}

func FuzzCitationIn(f *testing.F) {
	for _, s := range []string{"《未成年人保护法》第四十三条", "第第第条条", "法第十十十十条", "\x00法第9999999999999999条", "《》第一条"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		law, article, ok := citationIn(s)
		if ok && (law == "" || article == "" || len(article) > 24 || utf8.ValidString(s) && !utf8.ValidString(law)) {
			t.Errorf("%q: %q %q", s, law, article)
		}
	})
}
