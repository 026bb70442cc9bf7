package request

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"portal/internal/fault"
)

// Kept is a word that is ready to be filed, sealed by the portal: the touch device holds it through a cut
// line or a power cut and cannot read it. Its receipt codes are made already, so that the provisional slip
// proves the same request as the final one (Q2, UX-K12).
type Kept struct {
	Sealed      string // what the device holds, base64url
	Provisional string // 临-K7QF2M: what stands on the slip until a number is given
	Code, Token string // of the receipt, as ShowCode writes it and as the QR carries it
}

const (
	aboutKept   = "request.kept:"
	longestKept = 32 << 10
	provisional = "临-"
	shownOfCode = 6
)

// keptBody is the JSON inside.
type keptBody struct {
	Key    string      `json:"key"`
	At     time.Time   `json:"at"`
	Filing Filing      `json:"filing"`
	Codes  sealedCodes `json:"codes"`
}

// Keep seals a filing for one device under the form key that makes it count once, wherever and how often it
// arrives. Its clock will start at this moment by the server's time (§6.8, 5), not by the device's.
func (s *Service) Keep(_ context.Context, device, key string, f Filing) (Kept, error) {
	code, token, err := newCodes()
	if err != nil {
		return Kept{}, err
	}
	sealed, err := s.seal(keptBody{Key: key, At: s.db.Now(), Filing: f, Codes: sealedCodes{code, token}}, aboutKept+device)
	if err != nil {
		return Kept{}, err
	}
	return Kept{Sealed: base64.RawURLEncoding.EncodeToString(sealed), Provisional: Provisional(code), Code: ShowCode(code), Token: token}, nil
}

// Provisional is the number of a slip whose request has no number yet: it begins the receipt code.
func Provisional(code string) string {
	code = strings.ReplaceAll(code, "-", "")
	return provisional + code[:min(shownOfCode, len(code))]
}

// Slip is the provisional number under which a kept filing was promised; empty for any other filing.
func (f Filing) Slip() string {
	if f.codes == (sealedCodes{}) {
		return ""
	}
	return Provisional(f.codes.Code)
}

var errNotKept = fault.Invalid(fault.Field{Name: "kept", Message: "这份内容不是本机保存的，不能提交。请从“反映问题”重新填一次，或者按“叫人帮忙”"})

// Unseal opens what Keep sealed for this device: the key under which it is filed and the filing with its
// codes and its time. Invalid for anything else.
func (s *Service) Unseal(_ context.Context, device, sealed string) (key string, f Filing, err error) {
	if len(sealed) > longestKept {
		return "", f, errNotKept
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(sealed)
	if err != nil {
		return "", f, errNotKept
	}
	var body keptBody
	if err := s.open(raw, aboutKept+device, &body); err != nil {
		return "", f, fmt.Errorf("%w", errNotKept) // sealed for another device, or by nobody: which, is not told
	}
	body.Filing.codes, body.Filing.At = body.Codes, body.At
	return body.Key, body.Filing, nil
}
