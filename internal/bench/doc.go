// Package bench measures the portal beside the bare limit of the same machine (performance.md): the
// real program, signed in, against internal/bench/limit on the same rows, as ratios of one run and
// as CPU milliseconds of server and Postgres per request. It judges nothing by itself: it prints
// each bar, the value reached and, where that is short, the reason that can be measured. It owns
// no table; its database is made for the run and dropped afterwards.
package bench
