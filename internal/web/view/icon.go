package view

import "context"

type spriteKey struct{}

// WithSprite returns a context for rendering in which icons come from the file at this address.
func WithSprite(ctx context.Context, path string) context.Context {
	return context.WithValue(ctx, spriteKey{}, path)
}

// spriteOf returns the address of the file with the icons.
func spriteOf(ctx context.Context) string {
	path, _ := ctx.Value(spriteKey{}).(string)
	return path
}
