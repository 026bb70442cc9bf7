// Package drill kills the portal and its Postgres with kill -9 while clients send forms, and then
// compares what the clients were told with what is there (reliability.md §1: an acknowledged write
// is there exactly once, whatever dies; §2 rules 1 and 2). Clients are people without script: they
// repeat a form with the key it carries until it is answered.
//
// A drill that cannot fail proves nothing, so the same drill runs with one promise taken away at a
// time and must then find a loss or a doubling. It owns no table.
package drill
