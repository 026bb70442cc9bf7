// Package workorder decides who handles a case, until when, and when it is done: one handling chain for
// requests of residents and findings of grid workers, and the whistles of the street. At every instant a case
// has exactly one owner; the resident's clock never stops for a bounce, a dispute or a transfer (REQ-07, GRD-10);
// what a community's list of the day does not hold cannot be dispatched to it (REQ-14, GRD-21); there is one
// dispute and one ruling (REQ-08, GRD-11); whoever handled or reported a case does not verify it (GRD-09).
//
// Owns work_order, work_owner, work_step, work_helper, work_dispute, routing_rule, work_clock, work_extension,
// work_photo, work_exclusion, finding, whistle and whistle_unit. Reads the posts and leaves of grid workers for
// the person who acts in a grid on a day (GRD-04, 05), the categories of requests, and the lists.
package workorder
