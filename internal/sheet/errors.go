package sheet

// Code names what is wrong with a whole file.
type Code string

// The codes and, in sentences, what the user reads.
const (
	NotTable       Code = "not_table"
	TooBig         Code = "too_big"
	TooManyRows    Code = "too_many_rows"
	TooManyColumns Code = "too_many_columns"
	Encrypted      Code = "encrypted"
	OldExcel       Code = "old_excel"
	OtherWorkbook  Code = "other_workbook"
	Empty          Code = "empty"
	Bomb           Code = "bomb"
	BadEncoding    Code = "bad_encoding"
	WideEncoding   Code = "wide_encoding"
	NUL            Code = "nul"
	Damaged        Code = "damaged"
	TookTooLong    Code = "took_too_long"
)

var sentences = map[Code]string{
	NotTable:       "这个文件不是表格。请上传 .xlsx 或 CSV 文件。",
	TooBig:         "文件太大。请拆成几个较小的文件分别导入。",
	TooManyRows:    "表格的行数超过上限。请拆成几个文件分别导入，并删去末尾的空行。",
	TooManyColumns: "表格的列数超过上限。请按模板只保留需要的列，并删去右侧多余的列。",
	Encrypted:      "这个表格设了打开密码，无法读取。请取消密码后重新保存再上传。",
	OldExcel:       "这是旧版 .xls 表格，无法读取。请在表格软件中另存为 .xlsx 或 CSV 后再上传。",
	OtherWorkbook:  "这种表格格式无法读取。请在表格软件中另存为 .xlsx 或 CSV 后再上传。",
	Empty:          "表格是空的。请确认第一个工作表的第一行是列名，再重新上传。",
	Bomb:           "这个文件解压后过大，已停止读取。请新建一个表格，只把需要的内容以数值粘贴过去再上传。",
	BadEncoding:    "文件的文字编码无法识别。请在表格软件中另存为“CSV UTF-8”或 .xlsx 后再上传。",
	WideEncoding:   "文件是 Unicode（UTF-16）文本。请在表格软件中另存为“CSV UTF-8”或 .xlsx 后再上传。",
	NUL:            "文件中有不能识别的空字符，可能已经损坏。请在表格软件中另存为 .xlsx 或“CSV UTF-8”后再上传。",
	Damaged:        "表格文件已损坏，无法读取。请用表格软件打开后重新保存，再上传一次。",
	TookTooLong:    "读取这个表格用时过长，已停止。请拆成几个较小的文件，或另存为 CSV 后再上传。",
}

// Error says why a whole file cannot be read. Its text is the sentence for
// the user; Unwrap gives the technical cause, which is for the log only.
type Error struct {
	Code  Code
	cause error
}

// Error returns the sentence for the user.
func (e *Error) Error() string { return sentences[e.Code] }

// Unwrap returns the technical cause, if any.
func (e *Error) Unwrap() error { return e.cause }

func fail(c Code, cause error) *Error { return &Error{Code: c, cause: cause} }
