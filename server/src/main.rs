//! Serves the client on this machine, until the real server comes.

mod assets;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8730").await?;
    axum::serve(listener, assets::router::<()>().into_make_service()).await
}
