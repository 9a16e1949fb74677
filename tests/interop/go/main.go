// The official Go SDK as a client, told what to do by sdk.mjs: a line of JSON in for each act, a line of JSON out for each
// result. Nothing of the SDK is replaced; where it needs its user's browser, it says so by {"authorize": url} and reads the callback.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/modelcontextprotocol/go-sdk/oauthex"
)

const redirect = "http://127.0.0.1:39012/callback"

var lines = bufio.NewScanner(os.Stdin)

func say(what string, value any) {
	text, err := json.Marshal(map[string]any{what: value})
	if err != nil {
		panic(err)
	}
	fmt.Println(string(text))
}

func browse(_ context.Context, args *auth.AuthorizationArgs) (*auth.AuthorizationResult, error) {
	say("authorize", args.URL)
	if !lines.Scan() {
		return nil, fmt.Errorf("no callback came")
	}
	back, err := url.Parse(lines.Text())
	if err != nil {
		return nil, err
	}
	return &auth.AuthorizationResult{Code: back.Query().Get("code"), State: back.Query().Get("state"), Iss: back.Query().Get("iss")}, nil
}

func connect(ctx context.Context, endpoint string) (*mcp.ClientSession, error) {
	handler, err := auth.NewAuthorizationCodeHandler(&auth.AuthorizationCodeHandlerConfig{
		AuthorizationCodeFetcher: browse,
		RequestRefreshToken:      true,
		DynamicClientRegistrationConfig: &auth.DynamicClientRegistrationConfig{Metadata: &oauthex.ClientRegistrationMetadata{
			ClientName: "Story client (Go)", RedirectURIs: []string{redirect}, TokenEndpointAuthMethod: "none",
			GrantTypes: []string{"authorization_code", "refresh_token"}, ResponseTypes: []string{"code"},
		}},
	})
	if err != nil {
		return nil, err
	}
	client := mcp.NewClient(&mcp.Implementation{Name: "story-go", Version: "1"}, nil)
	return client.Connect(ctx, &mcp.StreamableClientTransport{Endpoint: endpoint, OAuthHandler: handler}, nil)
}

func main() {
	ctx := context.Background()
	session, err := connect(ctx, os.Args[1])
	if err != nil {
		say("error", err.Error())
		os.Exit(1)
	}
	say("connected", session.InitializeResult().ProtocolVersion)
	for lines.Scan() {
		var call mcp.CallToolParams
		if err := json.Unmarshal(lines.Bytes(), &call); err != nil {
			panic(err)
		}
		result, err := session.CallTool(ctx, &call)
		if err != nil {
			say("error", err.Error())
		} else {
			say("result", result)
		}
	}
	session.Close()
}
