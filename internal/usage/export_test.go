package usage

// ExamineLines makes pages of request logs look at only so many lines, until restore is called.
func ExamineLines(most int) (restore func()) {
	before := linesExamined
	linesExamined = most
	return func() { linesExamined = before }
}
