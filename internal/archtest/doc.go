// Package archtest holds the walls of the house as tests: which folder may import which, where
// SQL and clocks may stand, and that every SQL text is a constant. README.md draws the picture.
package archtest
