// Package notice is 公示栏: what a community or the street publishes, for how many days, in which words, who
// objected and what was answered. It decides how long a notice must hang (居民委员会组织法第三十四条, DL-17),
// that a change of the words starts the days anew and leaves both texts readable, that decision and result are
// published as a pair (DL-18), that personal data in it is looked at by a second person (§6.7), and what
// everybody may read: one rule in visible.go for page, print, feed, data and site map.
//
// Owns notice, notice_version, notice_file, notice_posting, objection and objection_brake.
package notice
