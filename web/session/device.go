package session

import (
	"crypto/rand"
	"encoding/base64"
	"net"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5/middleware"
)

// deviceAge is how long a browser stays known as the same device.
const deviceAge = 365 * 24 * 3600 // seconds

const deviceBytes = 16

// Device gives the random name this browser carries, and hands one out when it has none. It says
// nothing about the person; the sign-in brakes tell a known device from a stranger's by it.
func (s *Store) Device(w http.ResponseWriter, r *http.Request) string {
	name := "portal_device"
	if s.scs.Cookie.Secure {
		name = "__Host-portal_device"
	}
	if c, err := r.Cookie(name); err == nil {
		if raw, err := base64.RawURLEncoding.DecodeString(c.Value); err == nil && len(raw) == deviceBytes {
			return c.Value
		}
	}
	var raw [deviceBytes]byte
	_, _ = rand.Read(raw[:]) // never fails (crypto/rand)
	id := base64.RawURLEncoding.EncodeToString(raw[:])
	http.SetCookie(w, &http.Cookie{Name: name, Value: id, Path: "/", MaxAge: deviceAge, Secure: s.scs.Cookie.Secure,
		HttpOnly: true, SameSite: http.SameSiteLaxMode})
	return id
}

// Address is the client's address as the server's first middleware found it (directly, or behind a
// proxy that is trusted); without that middleware it is the other end of the connection.
func Address(r *http.Request) string {
	if ip := middleware.GetClientIP(r.Context()); ip != "" {
		return ip
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return ""
	}
	return host
}

// word is one row of the tables below: a mark in the browser's name and what people call it. The
// first match counts, so the more particular stand above.
type word struct{ mark, words string }

var browsers = []word{
	{"MicroMessenger", "微信"}, {"DingTalk", "钉钉"}, {"Edg", "Edge 浏览器"}, {"HuaweiBrowser", "华为浏览器"}, {"QQBrowser", "QQ 浏览器"},
	{"360SE", "360 浏览器"}, {"QIHU", "360 浏览器"}, {"UBrowser", "UC 浏览器"}, {"UCBrowser", "UC 浏览器"}, {"OPR/", "Opera 浏览器"},
	{"Firefox", "火狐浏览器"}, {"HeadlessChrome", "Chrome 浏览器"}, {"Chrome", "Chrome 浏览器"}, {"Safari", "Safari 浏览器"},
	{"Trident", "IE 浏览器"}, {"MSIE", "IE 浏览器"},
}

var systems = []word{
	{"OpenHarmony", "鸿蒙"}, {"HarmonyOS", "鸿蒙"}, {"iPhone", "苹果手机"}, {"iPad", "苹果平板"}, {"Android", "安卓"}, {"Windows", "Windows"},
	{"Macintosh", "苹果电脑"}, {"UOS", "统信系统"}, {"Kylin", "麒麟系统"}, {"Linux", "Linux"},
}

// DeviceWords names a browser and its system as people call them: Edge 浏览器 · Windows.
func DeviceWords(userAgent string) string {
	return called(browsers, userAgent, "其他浏览器") + " · " + called(systems, userAgent, "其他系统")
}

func called(table []word, userAgent, otherwise string) string {
	for _, w := range table {
		if strings.Contains(userAgent, w.mark) {
			return w.words
		}
	}
	return otherwise
}
