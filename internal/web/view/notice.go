package view

// AccountNotice returns the text for what a form about an account has done. Addresses carry only the word for it.
func AccountNotice(word string) string {
	return map[string]string{
		"signed-out": "You have signed out.",
		"signed-up":  "Look into your mail: a link there leads on. It may take a few minutes.",
		"forgot":     "If there is an account with this address, a mail is on its way. It may take a few minutes.",
		"set-up":     "Your password is set. Sign in with it.",
		"waits":      "Your password is set. Your sign-up waits for the portal's staff; a mail tells you when you can sign in.",
		"password":   "Your password is changed. Every other session of yours has ended.",
		"team":       "You now act in another team.",
	}[word]
}
