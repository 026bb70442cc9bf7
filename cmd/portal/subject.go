package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"portal/internal/handoff"
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

// subjects opens what knows about persons, with the keys that open their fields.
func (f dataFlags) subjects(ctx context.Context) (*handoff.Cases, *request.Service, *opened, error) {
	keys, err := secret.OpenDir(f.keyFile())
	if err != nil {
		return nil, nil, nil, err
	}
	o, err := f.open(ctx, os.Stderr, true)
	if err != nil {
		return nil, nil, nil, err
	}
	requests := request.New(o.db, keys)
	return handoff.New(o.db, requests, workorder.New(o.db)), requests, o, nil
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
	_, requests, o, err := c.subjects(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	answer, err := requests.Export(ctx, number)
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
	cases, _, o, err := c.subjects(ctx)
	if err != nil {
		return err
	}
	defer o.close()
	erased, err := cases.Erase(ctx, number, c.Reason)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "erased=%d %s\nrefused=%d %s\n", len(erased.Requests), strings.Join(erased.Requests, " "), len(erased.Refused), strings.Join(erased.Refused, " "))
	if len(erased.Refused) > 0 {
		return exitError{exitRejected}
	}
	return nil
}
