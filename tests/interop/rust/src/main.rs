//! The official Rust SDK (rmcp) as a client, told what to do by sdk.mjs: a line of JSON in for each act, a line of JSON out for
//! each result. Nothing of the SDK is replaced; where it needs its user's browser, it says so by {"authorize": url} and reads the
//! callback. The SDK refreshes by itself; what it leaves to the application, which is when to ask the user again, is `renew`.

use std::{error::Error, io::stdin};

use rmcp::{
    ServiceExt,
    model::{CallToolRequestParams, CallToolResult},
    service::{RoleClient, RunningService, ServiceError},
    transport::{
        StreamableHttpClientTransport,
        auth::{AuthClient, AuthorizationCallback, AuthorizationRequest, OAuthState},
        streamable_http_client::StreamableHttpClientTransportConfig,
    },
};
use serde_json::{Value, json};

const REDIRECT: &str = "http://127.0.0.1:39013/callback";

type Failure = Box<dyn Error>;
type Authorized = AuthClient<reqwest::Client>;

fn say(what: &str, value: impl serde::Serialize) {
    println!("{}", json!({ what: value }));
}

fn read() -> Option<String> {
    let mut line = String::new();
    (stdin().read_line(&mut line).ok()? > 0).then(|| line.trim().to_owned())
}

fn browse(url: &str) -> Result<String, Failure> {
    say("authorize", url);
    read().ok_or_else(|| "no callback came".into())
}

async fn log_in(endpoint: &str) -> Result<Authorized, Failure> {
    let mut state = OAuthState::new(endpoint, None).await?;
    state
        .start_authorization(
            AuthorizationRequest::new(REDIRECT).with_client_name("Story client (Rust)").with_initial_scope_selection(),
        )
        .await?;
    let back = browse(&state.get_authorization_url().await?)?;
    state.handle_callback_url(&back).await?;
    let manager = state.into_authorization_manager().ok_or("not authorized")?;
    Ok(AuthClient::new(reqwest::Client::new(), manager))
}

/// Asks the user for what the challenge asks for, beside what was granted.
async fn renew(client: &Authorized, challenge: &str) -> Result<(), Failure> {
    let manager = client.auth_manager.lock().await;
    let scope = challenge.split("scope=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
    let scopes: Vec<&str> = scope.split(' ').collect();
    let back = AuthorizationCallback::from_redirect_url(&browse(&manager.get_authorization_url(&scopes).await?)?)?;
    manager.exchange_code_for_token_with_issuer(&back.code, &back.csrf_token, back.issuer.as_deref()).await?;
    Ok(())
}

async fn call(
    session: &RunningService<RoleClient, ()>,
    client: &Authorized,
    act: &Value,
) -> Result<CallToolResult, Failure> {
    let mut params = CallToolRequestParams::new(act["name"].as_str().unwrap_or_default().to_owned());
    params.arguments = act["arguments"].as_object().cloned();
    match session.call_tool(params.clone()).await {
        Err(error @ ServiceError::TransportSend(_)) => {
            let challenge = error.auth_challenge().ok_or_else(|| error.to_string())?.to_owned();
            renew(client, &challenge).await?;
            Ok(session.call_tool(params).await?)
        }
        other => Ok(other?),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let endpoint = std::env::args().nth(1).ok_or("expected the URL of a server")?;
    let client = log_in(&endpoint).await?;
    let transport = StreamableHttpClientTransport::with_client(
        client.clone(),
        StreamableHttpClientTransportConfig::with_uri(endpoint.as_str()),
    );
    let session = ().serve(transport).await?;
    say("connected", session.peer_info().map(|info| info.protocol_version.to_string()));
    while let Some(line) = read() {
        match call(&session, &client, &serde_json::from_str(&line)?).await {
            Ok(result) => say("result", result),
            Err(error) => say("error", error.to_string()),
        }
    }
    session.cancel().await?;
    Ok(())
}
