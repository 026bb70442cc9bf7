// Package request decides about a resident's word (诉求): whether it may be taken, which receipt proves
// it, who else said the same, what its author is told and asked back, and how long a name is kept.
//
// How it is handled, and by whom, is package workorder; the two never import each other, and what
// crosses goes through package handoff in one transaction. Functions that take a *pg.Tx are for handoff:
// they ask nobody's permission except where they say so.
//
// Owns request, request_category, request_merge, request_note, callback, reveal, assist, code_miss,
// request_draft, request_limit, request_recategory and cause. Name, telephone and door are sealed (reliability.md §2 rule 20).
package request

import (
	"portal/internal/pg"
	"portal/internal/secret"
)

// Service answers for requests.
type Service struct {
	db   *pg.DB
	keys *secret.Box

	public publicRates
}

// New makes the service; keys seal what is personal.
func New(db *pg.DB, keys *secret.Box) *Service { return &Service{db: db, keys: keys} }
