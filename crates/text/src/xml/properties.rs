//! What holds for any input, and for well-formed input the agreement with another reader.

use proptest::prelude::*;

use super::*;
use crate::support::{assert_problems, assert_span, source};

/// Every promise that holds for any input.
fn check(text: &str) {
    let (sources, id) = source(text);
    let (doc, problems) = parse(sources.get(id));
    assert_problems(text, &problems);
    let mut before = 0;
    for node in doc.roots().flat_map(|r| std::iter::once(r).chain(r.descendants())) {
        assert!(node.span().start >= before, "elements ascend");
        before = node.span().start;
        assert!(node.start_span().end() <= node.span().end());
        assert_eq!(sources.text(node.name_span()), node.name());
        for span in [node.span(), node.start_span(), node.name_span(), node.text_span()] {
            assert_span(text, span);
        }
        let mut attribute_before = node.span().start;
        for attribute in node.attributes() {
            assert!(attribute.name.span.start > attribute_before);
            attribute_before = attribute.span().start;
            assert_span(text, attribute.span());
            assert_eq!(sources.text(attribute.span()), attribute.raw());
            assert_eq!(sources.text(attribute.name.span), attribute.name.value);
            assert!(node.span().end() >= attribute.span().end());
            attribute.value();
        }
        assert_span(text, node.text_trimmed().span);
        let (inner, map) = node.text_child();
        assert_eq!(inner, *node.text());
        for (at, _) in inner.char_indices() {
            let (start, end) = map.outer(at as u32, inner.len() as u32);
            assert_span(text, id.span(start as usize, (end - start) as usize));
        }
        for child in node.children() {
            assert_eq!(child.parent(), Some(node));
            assert!(child.span().start >= node.start_span().end() && child.span().end() <= node.span().end());
        }
    }
}

/// The text directly in an element as roxmltree sees it, by the same rule for white space.
fn oracle_text(node: roxmltree::Node<'_, '_>) -> String {
    node.children().filter(roxmltree::Node::is_text).filter_map(|t| t.text()).collect()
}

fn generated(depth: u32) -> impl Strategy<Value = String> {
    let name = "[a-c]{1,2}";
    let attributes =
        prop::collection::btree_map("[d-f]{1,2}", "([a-z é\n\t]|\r\n|&amp;|&#10;|&lt;|&quot;){0,5}", 0..4)
            .prop_map(|all| all.into_iter().map(|(k, v)| format!(" {k} = \"{v}\"")).collect::<String>());
    let leaf = prop_oneof![
        "([x-zé\n]|\r\n|&amp;|&gt;|&#xe9;){1,6}",
        "([x-z&\n<é]|\r\n){0,6}".prop_map(|t| format!("<![CDATA[{t}]]>")),
        "[x-z <>]{0,6}".prop_map(|t| format!("<!--{t}-->")),
        (name, attributes.clone()).prop_map(|(n, a)| format!("<{n}{a}/>")),
    ];
    leaf.prop_recursive(depth, 60, 6, move |inner| {
        (name, attributes.clone(), prop::collection::vec(inner, 0..6))
            .prop_map(|(n, a, all)| format!("<{n}{a}>{}</{n}>", all.concat()))
    })
    .prop_map(|inner| format!("<root>{inner}</root>"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_text_is_read(text in ".{0,80}") {
        check(&text);
    }

    #[test]
    fn anything_like_xml_is_read(text in "([<>/=\"'&;! a-c\r\né\0-]|<a>|</a>|<b |<!--|-->|<!\\[CDATA\\[|\\]\\]>|&amp;|<\\?|\\?>| x='|<!DOCTYPE|\u{FEFF}){0,40}") {
        check(&text);
    }

    #[test]
    fn a_cut_document_is_read(text in generated(4), cut: prop::sample::Index) {
        let mut at = cut.index(text.len() + 1);
        while !text.is_char_boundary(at) { at -= 1 }
        check(&text[..at]);
    }

    #[test]
    fn roxmltree_reads_the_same(text in generated(5)) {
        check(&text);
        let expected = roxmltree::Document::parse(&text).unwrap();
        let (sources, id) = source(&text);
        let (doc, problems) = parse(sources.get(id));
        prop_assert!(problems.is_empty(), "{:?}", problems);
        let ours: Vec<_> = std::iter::once(doc.root().unwrap()).chain(doc.root().unwrap().descendants()).collect();
        let theirs: Vec<_> = expected.descendants().filter(|n| n.is_element()).collect();
        prop_assert_eq!(ours.len(), theirs.len());
        for (a, b) in ours.iter().zip(&theirs) {
            prop_assert_eq!(a.name(), b.tag_name().name());
            prop_assert_eq!(a.span().range(), b.range());
            let (x, y): (Vec<_>, Vec<_>) = (
                a.attributes().map(|x| (x.name.value, x.value().value.to_string(), x.span().range())).collect(),
                b.attributes().map(|x| (x.name(), x.value().to_owned(), x.range_value())).collect(),
            );
            prop_assert_eq!(x, y);
            let has_elements = b.children().any(|c| c.is_element());
            let text = oracle_text(*b);
            if !has_elements { prop_assert_eq!(&*a.text(), text); }
            else { prop_assert_eq!(a.text().replace(['\r', '\n'], ""), text.replace(['\r', '\n'], "")); }
        }
    }
}
