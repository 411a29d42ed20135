// jub0bs/cors: see go_peer.go.
package main

import (
	"net/http"

	"github.com/jub0bs/cors"
)

func wrap(one *benchCase, next http.Handler) (http.Handler, error) {
	middleware, err := cors.NewMiddleware(cors.Config{
		Origins:        one.Policy.Origins,
		Methods:        one.Policy.Methods,
		RequestHeaders: one.Policy.Headers,
	})
	if err != nil {
		return nil, err
	}
	return middleware.Wrap(next), nil
}
