package view

import "context"

type spriteKey struct{}

// WithSprite returns a context in which components take icons from the file at this URL.
func WithSprite(ctx context.Context, path string) context.Context {
	return context.WithValue(ctx, spriteKey{}, path)
}

// spriteOf returns the URL of the file of icons.
func spriteOf(ctx context.Context) string {
	path, _ := ctx.Value(spriteKey{}).(string)
	return path
}
