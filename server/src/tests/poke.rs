//! Who is told that there is something new, and that the streams end with the server.

use std::{task::Poll, time::Duration};

use axum::{
    body::{Body, BodyDataStream},
    http::{Request, StatusCode, header::COOKIE},
};
use futures_util::StreamExt;
use shared::case::{Field, Role};
use tokio::sync::watch;

use super::{Server, phone::Phone};
use crate::{poke, store::cases};

/// Far longer than it takes; only a failure waits for it.
const PATIENCE: Duration = Duration::from_secs(20);

async fn listen(server: &Server, cookie: &str) -> BodyDataStream {
    let request = Request::get("/api/poke").header(COOKIE, cookie);
    let response = server.open(request.body(Body::empty()).unwrap()).await;
    assert_eq!(response.status(), StatusCode::OK);
    response.into_body().into_data_stream()
}

/// What the stream says next; nothing once it has ended.
async fn heard(stream: &mut BodyDataStream) -> Option<String> {
    let next = tokio::time::timeout(PATIENCE, stream.next()).await.unwrap();
    next.map(|bytes| String::from_utf8(bytes.unwrap().to_vec()).unwrap())
}

#[tokio::test]
async fn a_colleague_with_the_case_is_told_at_once_and_nobody_else_is() {
    let (stop, stopping) = watch::channel(false);
    let server = Server::stopping_with(stopping.clone());
    let mut amina = Phone::new(&server, server.add_user("Amina", Role::LinkWorker).await).await;
    let ben = Phone::new(&server, server.add_user("Ben", Role::LinkWorker).await).await;
    let cem = Phone::new(&server, server.add_user("Cem", Role::LinkWorker).await).await;
    let case = amina.begin("Okafor");
    amina.sync(&server).await;
    let user = ben.author.user;
    server.write(move |tx| cases::grant(tx, case, user)).await;

    let announcing = poke::announce(server.store.clone(), server.pokes.clone(), stopping);
    let announcing = tokio::spawn(announcing);
    let mut own = listen(&server, &amina.cookie).await;
    let mut colleague = listen(&server, &ben.cookie).await;
    let mut stranger = listen(&server, &cem.cookie).await;
    // Written until it is heard, since the announcer may still be at its first look.
    let mut told = Box::pin(heard(&mut colleague));
    let mut numbers = 0..;
    let said = loop {
        let number = numbers.next().unwrap();
        amina.write(case, Field::Phone, &format!("01632 {number:06}"));
        amina.sync(&server).await;
        if let Poll::Ready(said) = futures_util::poll!(&mut told) {
            break said;
        }
    };
    assert_eq!(said.as_deref(), Some("data: poke\n\n"));
    stop.send_replace(true);
    // Both end without a word: it was not theirs, or it was their own.
    assert_eq!(heard(&mut stranger).await, None);
    assert_eq!(heard(&mut own).await, None);
    announcing.await.unwrap();
}
