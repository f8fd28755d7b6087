//! A typical document through reading and printing.
#![allow(missing_docs, reason = "criterion's macro makes a public function")]

use std::hint::black_box;

use config::Domain;
use config::domain::{FormatFlags, ParseFlags};
use criterion::{Criterion, criterion_group, criterion_main};

const DOCUMENT: &str = include_str!("typical.xml");

fn document(c: &mut Criterion) {
    let domain = Domain::parse(DOCUMENT, ParseFlags::Inactive).expect("the document is right");
    c.bench_function("parse", |b| {
        b.iter(|| Domain::parse(black_box(DOCUMENT), ParseFlags::Inactive));
    });
    c.bench_function("format", |b| {
        b.iter(|| black_box(&domain).format(FormatFlags::INACTIVE));
    });
    c.bench_function("to_json", |b| b.iter(|| black_box(&domain).to_json(FormatFlags::INACTIVE)));
}

criterion_group!(benches, document);
criterion_main!(benches);
