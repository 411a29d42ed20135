// rs/cors: see go_peer.go.
package main

import (
	"net/http"

	"github.com/rs/cors"
)

func wrap(one *benchCase, next http.Handler) (http.Handler, error) {
	return cors.New(cors.Options{
		AllowedOrigins: one.Policy.Origins,
		// Without the safelisted methods it refuses requests that are no preflight.
		AllowedMethods: append([]string{"GET", "HEAD", "POST"}, one.Policy.Methods...),
		AllowedHeaders: one.Policy.Headers,
	}).Handler(next), nil
}
