package kiosk

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// Spool takes what a printer shall print. An error means that no paper comes out.
type Spool interface {
	Put(ctx context.Context, device string, data []byte) error
}

// folder is a spool of files.
type folder struct{ dir string }

// spoolWait is how long a printer may take a slip; a printer without paper takes nothing.
const spoolWait = 10 * time.Second

// NewFolder is a spool in a folder: a slip becomes one file <no>-….escpos, which whoever drives the printer
// takes and deletes. Where the folder holds an entry named exactly as the device, WTL-01, the slip goes to it:
// a printer (a link to /dev/usb/lp0), or a folder of that device's own. Without a folder there is no spool.
func NewFolder(dir string) (Spool, error) {
	if dir == "" {
		return nil, nil
	}
	info, err := os.Stat(dir)
	if err != nil {
		return nil, fmt.Errorf("spool: %w", err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("spool: %s is no folder", dir)
	}
	return folder{dir}, nil
}

// Put hands a slip on; it is whole or not there.
func (f folder) Put(ctx context.Context, device string, data []byte) error {
	if !numbers.MatchString(device) {
		return fmt.Errorf("spool: %q is no device", device)
	}
	own := filepath.Join(f.dir, device)
	if _, err := os.Lstat(own); errors.Is(err, fs.ErrNotExist) {
		return writeFile(f.dir, device, data)
	}
	info, err := os.Stat(own)
	switch {
	case err != nil: // a link to a printer that is not there
		return fmt.Errorf("spool: %w", err)
	case info.IsDir():
		return writeFile(own, device, data)
	}
	return writeDevice(ctx, own, data)
}

// writeFile makes a file that appears whole: the printer's side never sees half a slip.
func writeFile(dir, device string, data []byte) (err error) {
	t, err := os.CreateTemp(dir, "."+device+"-*.part")
	if err != nil {
		return fmt.Errorf("spool: %w", err)
	}
	name := t.Name()
	defer func() {
		if err != nil {
			_ = os.Remove(name) // what is left is hidden and taken by nobody
		}
	}()
	_, err = t.Write(data)
	err = errors.Join(err, t.Sync(), t.Close())
	if err == nil {
		base := filepath.Base(name)
		err = os.Rename(name, filepath.Join(dir, base[1:len(base)-len(".part")]+".escpos"))
	}
	if err != nil {
		return fmt.Errorf("spool: %w", err)
	}
	return nil
}

// writeDevice writes to a printer and does not wait for one that takes nothing.
func writeDevice(ctx context.Context, name string, data []byte) error {
	ctx, cancel := context.WithTimeout(ctx, spoolWait)
	defer cancel()
	d, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND|syscall.O_NONBLOCK, 0)
	if err != nil {
		return fmt.Errorf("spool: %w", err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := d.Write(data)
		done <- errors.Join(err, d.Close())
	}()
	select {
	case err = <-done:
	case <-ctx.Done():
		_ = d.Close() // lets go of a write that waits
		err = ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("spool: %w", err)
	}
	return nil
}
