package grid

import (
	"context"
	"errors"

	"portal/internal/authz"
	"portal/internal/intake"
	"portal/internal/page"
	"portal/internal/workday"
)

var errSoon = errors.New("grid: the answer comes with the next commit")

// Cover decides who answers (GRD-04, 05, 19).
func Cover(posts []Post, away map[WorkerID]Leave, day workday.Day, desk Desk) Answer {
	return Answer{As: Street, Phone: desk.Phone, RedFlag: true}
}

func (h Handover) may(by authz.Actor, do HandoverDo) error { return errSoon }

func (s *Service) WhoOn(ctx context.Context, by authz.Actor, grids []ID, day workday.Day) (map[ID]Answer, error) {
	return nil, errSoon
}
func (s *Service) Posts(ctx context.Context, by authz.Actor, id ID, day workday.Day) ([]Post, error) {
	return nil, errSoon
}
func (s *Service) PostHistory(ctx context.Context, by authz.Actor, id ID) ([]Post, error) {
	return nil, errSoon
}
func (s *Service) Candidates(ctx context.Context, by authz.Actor, id ID, role Role, day workday.Day) ([]Candidate, error) {
	return nil, errSoon
}
func (s *Service) Workers(ctx context.Context, by authz.Actor, community string, day workday.Day) ([]Worker, error) {
	return nil, errSoon
}
func (s *Service) WorkerOf(ctx context.Context, by authz.Actor, id WorkerID) (Worker, error) {
	return Worker{}, errSoon
}
func (s *Service) AddWorker(ctx context.Context, by authz.Actor, key string, w Worker) (WorkerID, error) {
	return 0, errSoon
}
func (s *Service) ChangeWorker(ctx context.Context, by authz.Actor, key string, w Worker) error {
	return errSoon
}
func (s *Service) EndWorker(ctx context.Context, by authz.Actor, key string, id WorkerID, day workday.Day) error {
	return errSoon
}
func (s *Service) Appoint(ctx context.Context, by authz.Actor, key string, in Appointment) (Appointed, error) {
	return Appointed{}, errSoon
}
func (s *Service) CallOffPlan(ctx context.Context, by authz.Actor, key string, post int64, reason string) error {
	return errSoon
}
func (s *Service) TakeLeave(ctx context.Context, by authz.Actor, key string, in Leave) error {
	return errSoon
}
func (s *Service) CallOffLeave(ctx context.Context, by authz.Actor, key string, id int64) error {
	return errSoon
}
func (s *Service) Leaves(ctx context.Context, by authz.Actor, community string, day workday.Day) ([]Leave, error) {
	return nil, errSoon
}
func (s *Service) Handover(ctx context.Context, by authz.Actor, id HandoverID) (Handover, error) {
	return Handover{}, errSoon
}
func (s *Service) Handovers(ctx context.Context, by authz.Actor, community string, open bool, cursor string) (page.Page[Handover], error) {
	return page.Page[Handover]{}, errSoon
}
func (s *Service) MyHandovers(ctx context.Context, by authz.Actor) ([]Handover, error) {
	return nil, errSoon
}
func (s *Service) AddEntry(ctx context.Context, by authz.Actor, key string, at HandoverStep, e Entry) error {
	return errSoon
}
func (s *Service) RemoveEntry(ctx context.Context, by authz.Actor, key string, at HandoverStep, entry int64) error {
	return errSoon
}

// ReadEntries marks entries as read; no ids means all.
func (s *Service) ReadEntries(ctx context.Context, by authz.Actor, key string, at HandoverStep, ids []int64) error {
	return errSoon
}
func (s *Service) Give(ctx context.Context, by authz.Actor, key string, at HandoverStep) error {
	return errSoon
}
func (s *Service) Receive(ctx context.Context, by authz.Actor, key string, at HandoverStep) error {
	return errSoon
}
func (s *Service) Force(ctx context.Context, by authz.Actor, key string, at HandoverStep, reason string) error {
	return errSoon
}
func (s *Service) CallOff(ctx context.Context, by authz.Actor, key string, at HandoverStep, reason string) error {
	return errSoon
}
func (s *Service) BulkPlan(ctx context.Context, by authz.Actor, b Bulk) (BulkPreview, error) {
	return BulkPreview{}, errSoon
}
func (s *Service) BulkApply(ctx context.Context, by authz.Actor, key string, b Bulk) ([]HandoverID, error) {
	return nil, errSoon
}
func (s *Service) Load(ctx context.Context, by authz.Actor, community string, day workday.Day) (LoadSheet, error) {
	return LoadSheet{}, errSoon
}
func (s *Service) Team(ctx context.Context, by authz.Actor, id ID, day workday.Day) ([]TeamPost, error) {
	return nil, errSoon
}
func (s *Service) AddTeamPost(ctx context.Context, by authz.Actor, key string, id ID, p TeamPost) error {
	return errSoon
}
func (s *Service) EndTeamPost(ctx context.Context, by authz.Actor, key string, post int64) error {
	return errSoon
}
func (s *Service) Tick(ctx context.Context) error { return errSoon }

// WorkersFile is the import of workers; AssignmentsFile of who holds which post.
func WorkersFile() intake.Kind     { return intake.Kind{} }
func AssignmentsFile() intake.Kind { return intake.Kind{} }
