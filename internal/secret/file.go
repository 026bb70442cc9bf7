package secret

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// FileName is the key file inside the data folder.
const FileName = "portal.keys"

// The kinds of a key line: `<id> <kind> <base64 of 32 bytes>`.
const (
	kindSeal  = "seal"
	kindIndex = "index"
)

const preamble = "# 梧桐门户字段密钥。请另外保管，不要和数据库备份放在一起；丢了它，加密的字段就打不开。\n"

// OpenDir reads the keys of a data folder and makes them at the first start, with mode 0600. Two
// portals starting at once end up with the same keys. A file that others may read is refused.
func OpenDir(dir string) (*Box, error) {
	path := filepath.Join(dir, FileName)
	keys, err := readKeys(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err = create(dir, path); err != nil {
			return nil, err
		}
		keys, err = readKeys(path)
	}
	if err != nil {
		return nil, err
	}
	return newBox(keys)
}

// Rotate adds a new sealing key, which all later fields are sealed with; older keys stay and go on
// opening. The index key stays, so that searches go on finding every row. Running portals take the
// new key at their next start, therefore rotate while one portal runs, or stop the others first.
func Rotate(dir string) (*Box, error) {
	path := filepath.Join(dir, FileName)
	keys, err := readKeys(path)
	if err != nil {
		return nil, err
	}
	var last uint32
	for _, k := range keys {
		last = max(last, k.id)
	}
	next, err := newKey(last+1, kindSeal)
	if err != nil {
		return nil, err
	}
	keys = append(keys, next)
	temp, err := writeTemp(dir, keys)
	if err != nil {
		return nil, err
	}
	if err := os.Rename(temp, path); err != nil {
		return nil, errors.Join(fmt.Errorf("secret: put the key file in place: %w", err), os.Remove(temp))
	}
	return newBox(keys)
}

// Temporary makes a box whose keys live only as long as the process, for tests and tools that
// seal nothing that is kept.
func Temporary() (*Box, error) {
	keys, err := fresh()
	if err != nil {
		return nil, err
	}
	return newBox(keys)
}

func fresh() ([]key, error) {
	sealing, err := newKey(1, kindSeal)
	if err != nil {
		return nil, err
	}
	index, err := newKey(2, kindIndex)
	return []key{sealing, index}, err
}

func newKey(id uint32, kind string) (key, error) {
	k := key{id: id, kind: kind, raw: make([]byte, keyBytes)}
	if _, err := rand.Read(k.raw); err != nil {
		return key{}, fmt.Errorf("secret: new key: %w", err)
	}
	return k, nil
}

// create writes a whole file aside and links it into place: it appears complete or not at all, and
// whoever comes second keeps the first one's keys.
func create(dir, path string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("secret: data folder: %w", err)
	}
	keys, err := fresh()
	if err != nil {
		return err
	}
	temp, err := writeTemp(dir, keys)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temp) }() // the link stays
	if err := os.Link(temp, path); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("secret: put the key file in place: %w", err)
	}
	return nil
}

func writeTemp(dir string, keys []key) (name string, err error) {
	f, err := os.CreateTemp(dir, ".keys-*") // mode 0600
	if err != nil {
		return "", fmt.Errorf("secret: new key file: %w", err)
	}
	var b bytes.Buffer
	b.WriteString(preamble)
	for _, k := range keys {
		fmt.Fprintf(&b, "%d %s %s\n", k.id, k.kind, base64.StdEncoding.EncodeToString(k.raw))
	}
	_, err = f.Write(b.Bytes())
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return "", errors.Join(fmt.Errorf("secret: write the key file: %w", err), os.Remove(f.Name()))
	}
	return f.Name(), nil
}

func readKeys(path string) ([]key, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("secret: key file: %w", err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("secret: the key file may be read by others (mode %04o); run: chmod 600 %s", info.Mode().Perm(), path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("secret: key file: %w", err)
	}
	return parse(text)
}

func parse(text []byte) ([]key, error) {
	var keys []key
	seen := map[uint32]bool{}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		k, err := parseLine(line)
		if err != nil || seen[k.id] {
			return nil, fmt.Errorf("secret: line %d of the key file is damaged", n) // never the line itself
		}
		seen[k.id] = true
		keys = append(keys, k)
	}
	return keys, lines.Err()
}

var errLine = errors.New("secret: damaged line")

func parseLine(line string) (key, error) {
	parts := strings.Fields(line)
	if len(parts) != 3 || (parts[1] != kindSeal && parts[1] != kindIndex) {
		return key{}, errLine
	}
	id, err := strconv.ParseUint(parts[0], 10, 32)
	if err != nil || id == 0 {
		return key{}, errLine
	}
	raw, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(raw) != keyBytes {
		return key{}, errLine
	}
	return key{id: uint32(id), kind: parts[1], raw: raw}, nil
}
