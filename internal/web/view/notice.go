package view

// AccountNotice returns the text that confirms a change of an account. URLs contain only the word for the change.
func AccountNotice(word string) string {
	return map[string]string{
		"signed-out": "Signed out.",
		"signed-up":  "Check your email for a link. It can take a few minutes.",
		"forgot":     "If there's an account with this address, we've sent a link. It can take a few minutes.",
		"set-up":     "Password set. Sign in with it.",
		"waits":      "Password set. We'll email you when your sign-up is approved.",
		"password":   "Password changed. Your other sessions have ended.",
		"team":       "Team switched.",
	}[word]
}
