//! `fv freepages`: show how many pages of memory the host has to give.

use roxmltree::Document;

use crate::arguments::{Args, Opt};
use crate::context::{Context, Outcome};
use crate::failure::Failure;
use crate::units::size_kib;

command!("freepages", "Show how many pages of memory the host has to give", [
    Opt::named("cellno", "of one NUMA cell"),
    Opt::named("pagesize", "of one size"),
    Opt::flag("all", "of each cell"),
]);

async fn run(cx: &Context, args: &Args) -> Outcome {
    args.exclusive(&["all", "cellno"])?;
    let connection = cx.connection().await?;
    let size = match args.has("pagesize") {
        true => Some(page_size(args)?),
        false => None,
    };
    if args.has("all") {
        let capabilities = connection.capabilities().await?;
        let (cells, sizes) = cells_and_sizes(&capabilities)?;
        let sizes = size.map_or(sizes, |size| vec![size]);
        for cell in cells {
            cx.line(format!("Node {cell}:"))?;
            let counts = connection.free_pages(&sizes, cell, 1).await?;
            show(cx, &sizes, &counts)?;
            cx.line("")?;
        }
        return Ok(());
    }
    let cell = args.number("cellno")?.ok_or_else(|| Failure::new("missing cellno argument"))?;
    let size = size.ok_or_else(|| Failure::new("missing pagesize argument"))?;
    let counts = connection.free_pages(&[size], cell, 1).await?;
    show(cx, &[size], &counts)
}

fn show(cx: &Context, sizes: &[u32], counts: &[u64]) -> Outcome {
    sizes.iter().zip(counts).try_for_each(|(size, count)| cx.line(format!("{size}KiB: {count}")))
}

/// The page size that was named. **Units**: KiB.
pub(super) fn page_size(args: &Args) -> Result<u32, Failure> {
    let size = size_kib(args, "pagesize")?;
    u32::try_from(size).map_err(|_| Failure::new(format!("page size {size} is out of range")))
}

/// The NUMA cells of the host and the sizes of its pages.
pub(super) fn cells_and_sizes(capabilities: &str) -> Result<(Vec<i32>, Vec<u32>), Failure> {
    let broken = |error| Failure::new(format!("cannot read the capabilities: {error}"));
    let document = Document::parse(capabilities).map_err(broken)?;
    let named = |name: &'static str, of: &'static str| {
        let nodes = document.descendants().filter(move |node| node.has_tag_name(name));
        nodes.filter(move |node| node.parent_element().is_some_and(|node| node.has_tag_name(of)))
    };
    let cells = named("cell", "cells").filter_map(|cell| cell.attribute("id")?.parse().ok());
    let sizes = named("pages", "cpu").filter_map(|pages| pages.attribute("size")?.parse().ok());
    Ok((cells.collect(), sizes.collect()))
}

#[cfg(test)]
mod tests {
    use super::cells_and_sizes;

    #[test]
    fn cells_and_sizes_are_those_of_the_host() {
        let text = "<capabilities><host><cpu><pages unit='KiB' size='4'/><pages size='2048'/></cpu>\
                    <topology><cells><cell id='0'><pages size='9'/></cell><cell id='3'/></cells>\
                    </topology></host></capabilities>";
        assert_eq!(cells_and_sizes(text).ok(), Some((vec![0, 3], vec![4, 2048])));
    }
}
