package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"portal/internal/fault"
	"portal/internal/handoff"
	"portal/internal/notice"
	"portal/internal/request"
	"portal/internal/secret"
	"portal/internal/workorder"
)

// subjectCmd is `portal subject export|erase`: what a person may ask of what is held about them
// (个人信息保护法 第四十五条、第四十七条). Who asks has been identified before, by a person.
type subjectCmd struct {
	Export subjectExportCmd `cmd:"" help:"Everything that is held about the person of a telephone number, as JSON, with who read it and why."`
	Erase  subjectEraseCmd  `cmd:"" help:"Take name, number and door out of a person's settled requests. Running ones are refused."`
}

// phoneFlag asks for the number where no shell history keeps it.
type phoneFlag struct {
	Phone string `default:"-" help:"Telephone number: - reads one line of standard input, @FILE the first line of a file. A number written here stays in the shell's history."`

	In io.Reader `kong:"-"` // standard input; tests set it
}

var errNoPhone = errors.New("no telephone number was given")

func (f phoneFlag) number() (string, error) {
	from := f.In
	if from == nil {
		from = os.Stdin
	}
	switch path, isFile := strings.CutPrefix(f.Phone, "@"); {
	case isFile:
		file, err := os.Open(path)
		if err != nil {
			return "", err
		}
		defer file.Close()
		from = file
	case f.Phone != "-":
		return strings.TrimSpace(f.Phone), nil
	default:
		fmt.Fprint(os.Stderr, "telephone number: ")
	}
	line, err := bufio.NewReader(io.LimitReader(from, 100)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("telephone number: %w", err)
	}
	if line = strings.TrimSpace(line); line == "" {
		return "", errNoPhone
	}
	return line, nil
}

// subjects is everything that knows persons by their number.
type subjects struct {
	requests *request.Service
	cases    *handoff.Cases
	notices  *notice.Service
}

// subjects opens them, with the keys that open their fields.
func (f dataFlags) subjects(ctx context.Context) (subjects, *opened, error) {
	keys, err := secret.OpenDir(f.keyFile())
	if err != nil {
		return subjects{}, nil, err
	}
	o, err := f.open(ctx, os.Stderr, true)
	if err != nil {
		return subjects{}, nil, err
	}
	requests := request.New(o.db, keys)
	return subjects{requests, handoff.New(o.db, requests, workorder.New(o.db)), notice.New(o.db, keys, nil)}, o, nil
}

// export gathers what the parts hold; only when none holds anything is that an error.
func (s subjects) export(ctx context.Context, number string) ([]byte, error) {
	held := map[string]any{}
	answer, none := s.requests.Export(ctx, number)
	switch {
	case none == nil:
		if err := json.Unmarshal(answer, &held); err != nil {
			return nil, fmt.Errorf("export: %w", err)
		}
	case fault.KindOf(none) != fault.KindNotFound:
		return nil, none
	}
	objections, err := s.notices.Export(ctx, number)
	if err != nil {
		return nil, err
	}
	if len(objections) == 0 && none != nil {
		return nil, none
	}
	held["objections"] = objections
	return json.MarshalIndent(held, "", "  ")
}

type subjectExportCmd struct {
	dataFlags
	phoneFlag
	Out string `help:"File for the answer, readable by its owner only; standard output when empty."`
}

// Run writes the answer.
func (c subjectExportCmd) Run(ctx context.Context, out io.Writer) error {
	number, err := c.number()
	if err != nil {
		return err
	}
	all, o, err := c.subjects(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	answer, err := all.export(ctx, number)
	if err != nil {
		return err
	}
	if c.Out != "" {
		return os.WriteFile(c.Out, append(answer, '\n'), 0o600)
	}
	_, err = fmt.Fprintf(out, "%s\n", answer)
	return err
}

type subjectEraseCmd struct {
	dataFlags
	phoneFlag
	Reason string `required:"" help:"Why, for the history: who asked, under which number of the incoming register. No name, no telephone number."`
}

// Run erases and says by number what was erased and what was not. Exit 2 when something was refused.
func (c subjectEraseCmd) Run(ctx context.Context, out io.Writer) error {
	number, err := c.number()
	if err != nil {
		return err
	}
	all, o, err := c.subjects(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	erased, kept := all.cases.Erase(ctx, number, c.Reason)
	kind := fault.KindOf(kept)
	if kept != nil && kind != fault.KindNotFound && kind != fault.KindConflict { // none there, or all of them running
		return kept
	}
	objections, waiting, err := all.notices.Erase(ctx, number, c.Reason)
	if err != nil {
		return err
	}
	if kind == fault.KindNotFound && objections+len(waiting) == 0 {
		return kept
	}
	fmt.Fprintf(out, "requests: erased=%d %s refused=%d %s\n", len(erased.Requests), strings.Join(erased.Requests, " "), len(erased.Refused), strings.Join(erased.Refused, " "))
	fmt.Fprintf(out, "objections: erased=%d refused=%d %s\n", objections, len(waiting), strings.Join(waiting, " "))
	if kind == fault.KindConflict {
		return kept // its words name what is still running
	}
	if len(erased.Refused)+len(waiting) > 0 {
		return exitError{exitRejected}
	}
	return nil
}
