//! `fv screenshot`: save a picture of the screen of a guest.

use std::fs::File;
use std::io::Write;

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::{Failure, WhileDoing};
use crate::selection::DOMAIN;
use crate::clock;

command!("screenshot", "Save a picture of the screen of a guest", [
    DOMAIN,
    Opt::value("file", "file to save to; a name with the time of day unless given"),
    Opt::value("screen", "number of the screen"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    let domain = cx.domain(args.required("domain")).await?;
    let screen = args.number("screen")?.unwrap_or(0);
    let name = domain.name();
    let (mime, mut stream) = domain
        .screenshot(screen)
        .await
        .while_doing(|| format!("could not take a screenshot of {name}"))?;
    let mime = mime.unwrap_or_else(|| "unknown".to_owned());
    let file = args.value("file").map_or_else(
        || format!("{name}-{}.{}", clock::file_stamp(), extension(&mime)),
        str::to_owned,
    );
    let failed = |error: std::io::Error| Failure::io(&format!("cannot write file {file}"), &error);
    let mut out = File::create(&file)
        .map_err(|_| Failure::new(format!("cannot create file {file}")))?;
    while let Some(data) = stream.next().await? {
        out.write_all(&data).map_err(failed)?;
    }
    stream.finish().await?;
    cx.print(&format!("Screenshot saved to {file}, with type of {mime}"))
}

fn extension(mime: &str) -> &str {
    match mime {
        "image/x-portable-pixmap" => "ppm",
        "image/png" => "png",
        "image/bmp" => "bmp",
        _ => "screenshot",
    }
}
