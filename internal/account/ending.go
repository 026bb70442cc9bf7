package account

// Ending is why a session ended; it is stored in these words.
type Ending string

// The ways a session ends.
const (
	EndedBySelf    Ending = "退出"
	EndedElsewhere Ending = "在另一处结束"
	EndedIdle      Ending = "30 分钟没有操作"
	EndedOld       Ending = "登录满 12 小时"
	EndedPassword  Ending = "改了密码"
	EndedReset     Ending = "密码已重设"
	EndedFactor    Ending = "第二验证有变动"
	EndedPosts     Ending = "岗位有变动"
	EndedDisabled  Ending = "账号已停用"
)

// Label is the reason as shown in lists.
func (e Ending) Label() string { return string(e) }

var endingSentences = map[Ending]string{
	EndedElsewhere: "这次登录已在另一处结束。不是你本人操作的话，请尽快改密码",
	EndedIdle:      "30 分钟没有操作，已退出。登录后回到刚才这一页，内容还在",
	EndedOld:       "登录已满 12 小时，已退出。登录后回到刚才这一页，内容还在",
	EndedPassword:  "密码已在另一处改过，请用新密码登录",
	EndedReset:     "密码已由管理员重设，请用收到的一次性密码登录",
	EndedFactor:    "第二验证有变动，请重新登录",
	EndedPosts:     "岗位有变动，请重新登录后再用",
	EndedDisabled:  "账号已停用。有疑问请找街道管理员",
}

// Sentence tells the person on the sign-in page why they are there again; "" after an own sign-out.
func (e Ending) Sentence() string { return endingSentences[e] }
