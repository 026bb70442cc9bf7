package workday

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// Scan reads a date column. A time.Time gives the year, month and day it shows in
// its own zone, since drivers hand out dates as midnight of some zone; text must
// be 2006-01-02; NULL gives no day.
func (d *Day) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d = Day{}
		return nil
	case time.Time:
		day := civil(v)
		if day.IsZero() {
			return fmt.Errorf("workday: date %v is outside the years 1 to 9999", v)
		}
		*d = day
		return nil
	case string:
		return d.scanText(v)
	case []byte:
		return d.scanText(string(v))
	default:
		return fmt.Errorf("workday: cannot read a date from %T", src)
	}
}

func (d *Day) scanText(s string) error {
	day, err := ParseDay(s)
	if err != nil {
		return fmt.Errorf("workday: date column %q: %w", s, err)
	}
	*d = day
	return nil
}

// Value writes a date column: midnight UTC of the day, NULL for no day.
func (d Day) Value() (driver.Value, error) {
	if d.IsZero() {
		return nil, nil
	}
	return d.utc(), nil
}

// MarshalText gives 2006-01-02, and nothing for no day.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads 2006-01-02; empty text is no day.
func (d *Day) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Day{}
		return nil
	}
	day, err := ParseDay(string(text))
	if err != nil {
		return err
	}
	*d = day
	return nil
}
