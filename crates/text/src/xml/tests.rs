use super::*;
use crate::support::{assert_problems, source};

/// Reads `text` and hands tree, problems and a way from span to text to `check`.
fn with(text: &str, check: impl FnOnce(&Document<'_>, &[Problem], &dyn Fn(Span) -> String)) {
    let (sources, id) = source(text);
    let (doc, problems) = parse(sources.get(id));
    assert_problems(text, &problems);
    check(&doc, &problems, &|span| sources.text(span).to_owned());
}

fn problems(text: &str) -> Vec<(String, String)> {
    let (sources, id) = source(text);
    let (_, problems) = parse(sources.get(id));
    assert_problems(text, &problems);
    problems.iter().map(|p| (p.message.clone(), sources.text(p.span).to_owned())).collect()
}

const ROLE: &str = "<SMS_Roles>\n  <SMS_Role CopiedFromID=\"SMS0001R\" RoleName='für &amp; &#x22;a&#x22;'>\n    \
    <Operations>\n      <Operation GrantedOperations=\"3\" ObjectTypeID=\"1\" />\n      \
    <Operation GrantedOperations=\"7\" ObjectTypeID=\"2\" />\n    </Operations>\n  </SMS_Role>\n</SMS_Roles>";

#[test]
fn a_role_is_a_tree_with_places() {
    with(ROLE, |doc, problems, text| {
        assert!(problems.is_empty(), "{problems:?}");
        let role = doc.root().unwrap().child("SMS_Role").unwrap();
        assert_eq!(role.name(), "SMS_Role");
        assert_eq!(text(role.name_span()), "SMS_Role");
        assert!(
            text(role.start_span()).starts_with("<SMS_Role Copied")
                && text(role.start_span()).ends_with("'>")
        );
        assert!(text(role.span()).ends_with("</SMS_Role>"));
        assert_eq!(role.parent(), doc.root());
        assert_eq!(doc.root().unwrap().parent(), None);
        let operations: Vec<_> = role.child("Operations").unwrap().children().collect();
        assert_eq!(operations.len(), 2);
        assert_eq!(&*operations[1].attribute("GrantedOperations").unwrap().value, "7");
        assert_eq!(text(operations[1].span()), "<Operation GrantedOperations=\"7\" ObjectTypeID=\"2\" />");
        assert_eq!(doc.root().unwrap().descendants().count(), 4);
        assert_eq!(doc.len(), 5);
    });
}

#[test]
fn the_value_of_an_attribute_is_decoded_and_its_span_is_as_written() {
    with(ROLE, |doc, _, text| {
        let role = doc.root().unwrap().child("SMS_Role").unwrap();
        let name = role.attribute("RoleName").unwrap();
        assert_eq!(&*name.value, "für & \"a\"");
        assert_eq!(text(name.span), "für &amp; &#x22;a&#x22;");
        assert!(role.attribute("rolename").is_none());
        assert_eq!(role.attribute_any_case("ROLENAME"), Some(name));
        let id = role.attribute("CopiedFromID").unwrap();
        assert!(matches!(id.value.0, std::borrow::Cow::Borrowed("SMS0001R")));
        let attributes: Vec<_> = role.attributes().map(|a| (a.name.value, text(a.name.span))).collect();
        assert_eq!(attributes, [("CopiedFromID", "CopiedFromID".into()), ("RoleName", "RoleName".into())]);
        // The `a` between the two quotes.
        let map = role.attributes().last().unwrap().map();
        let (start, end) = map.outer(8, 9);
        assert_eq!(&ROLE[start as usize..end as usize], "a&#x22;".strip_suffix("&#x22;").unwrap());
    });
}

#[test]
fn line_ends_do_not_matter() {
    with(ROLE, |lf, _, _| {
        with(&ROLE.replace('\n', "\r\n"), |crlf, problems, _| {
            assert!(problems.is_empty());
            let (sources, id) = source(ROLE);
            let (twins, twin) = source(&ROLE.replace('\n', "\r\n"));
            for (a, b) in lf.root().unwrap().descendants().zip(crlf.root().unwrap().descendants()) {
                let (at, twin_at) = (a.span().start, b.span().start);
                assert_eq!(sources.get(id).position(at), twins.get(twin).position(twin_at));
            }
        });
    });
    for text in ["<a b='x\ny'>one\ntwo<![CDATA[\n]]></a>", "<a b='x\r\ny'>one\r\ntwo<![CDATA[\r\n]]></a>"] {
        with(text, |doc, _, _| {
            assert_eq!(&*doc.root().unwrap().text(), "one\ntwo\n");
            assert_eq!(&*doc.root().unwrap().attribute("b").unwrap().value, "x y");
        });
    }
}

#[test]
fn text_and_cdata_are_joined_and_decoded() {
    with("<v>a &lt;<![CDATA[<b>&amp;]]><!-- no --> c<i>inner</i></v>", |doc, problems, text| {
        assert!(problems.is_empty());
        let v = doc.root().unwrap();
        assert_eq!(&*v.text(), "a <<b>&amp; c");
        assert_eq!(text(v.text_span()), "a &lt;<![CDATA[<b>&amp;]]><!-- no --> c");
        assert_eq!(&*v.child("i").unwrap().text(), "inner");
    });
    with("<v> \n plain  </v>", |doc, _, text| {
        let trimmed = doc.root().unwrap().text_trimmed();
        assert_eq!((&*trimmed.value, &*text(trimmed.span)), ("plain", "plain"));
        assert!(matches!(trimmed.value.0, std::borrow::Cow::Borrowed(_)));
    });
    with("<v/>", |doc, _, _| {
        assert_eq!(&*doc.root().unwrap().text(), "");
        assert_eq!(doc.root().unwrap().text_span().start, 4);
    });
}

#[test]
fn white_space_between_elements_is_no_text() {
    with("<a>\n  <b/>\n  <b/>\n</a>", |doc, _, _| assert_eq!(&*doc.root().unwrap().text(), ""));
    with("<a> </a>", |doc, _, _| assert_eq!(&*doc.root().unwrap().text(), " "));
    with("<a>x &amp; &amp; y</a>", |doc, _, _| assert_eq!(&*doc.root().unwrap().text(), "x & & y"));
}

#[test]
fn a_document_inside_text_maps_back_to_the_file() {
    let inner = "<sequence>\n<variable name=\"p\">a &amp; b</variable>\n</sequence>";
    let escaped = inner.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\n', "\r\n");
    for value in [format!("<![CDATA[{inner}]]>"), escaped] {
        let outer = format!("<PROPERTY NAME=\"Sequence\"><VALUE>{value}</VALUE></PROPERTY>");
        let (sources, id) = source(&outer);
        let (doc, problems) = parse(sources.get(id));
        assert!(problems.is_empty());
        let (text, map) = doc.root().unwrap().child("VALUE").unwrap().text_child();
        assert_eq!(text, inner);
        let child = sources.add_child(id, "sequence", text, map);
        let (sequence, problems) = parse(sources.get(child));
        assert!(problems.is_empty());
        let variable = sequence.root().unwrap().child("variable").unwrap();
        assert_eq!(&*variable.text(), "a & b");
        let name = variable.attribute("name").unwrap();
        assert_eq!(sources.text(sources.outermost(name.span)), "p");
        assert_eq!(sources.place(name.span).within, Some("sequence"));
        let text = sources.text(sources.outermost(variable.text_span())).to_owned();
        assert!(text == "a &amp; b" || text == "a &amp;amp; b", "{text}");
    }
}

#[test]
fn names_are_local_and_namespace_declarations_no_attributes() {
    with("<x:a xmlns:x='u' xmlns='v' x:b='1' b='2'/>", |doc, problems, text| {
        assert!(problems.is_empty());
        let a = doc.root().unwrap();
        assert_eq!((a.name(), &*text(a.name_span())), ("a", "a"));
        assert!(a.is("A"));
        assert_eq!(
            a.attributes().map(|a| (a.name.value, a.raw())).collect::<Vec<_>>(),
            [("b", "1"), ("b", "2")]
        );
    });
}

#[test]
fn a_repeated_attribute_is_a_problem_and_the_first_is_kept() {
    let text = "<a x='1' y='2' x='3' z='4'/>";
    with(text, |doc, problems, text| {
        assert_eq!(problems[0].message, "the attribute `x` stands twice; the first was kept");
        assert_eq!((problems[0].span.start, &*text(problems[0].span)), (15, "x"));
        let a = doc.root().unwrap();
        assert_eq!(&*a.attribute("x").unwrap().value, "1");
        assert_eq!(&*a.attribute("z").unwrap().value, "4");
    });
    let many: String = (0..200).map(|n| format!(" a{}='{n}'", n % 100)).collect();
    assert_eq!(problems(&format!("<a{many}/>")).len(), 100);
}

#[test]
fn an_unclosed_tag_is_named_at_its_opening_and_hides_nothing() {
    let text = "<a>\n<b k='1'>\n<c/>\n</a>";
    with(text, |doc, problems, text| {
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].message, "`b` is not closed inside the element around it");
        assert_eq!(text(problems[0].span), "<b k='1'>");
        let a = doc.root().unwrap();
        assert_eq!(a.child("b").unwrap().child("c").unwrap().name(), "c");
        assert_eq!(text(a.span()).len(), 23);
    });
}

#[test]
fn a_cut_off_file_keeps_what_was_read() {
    with("<a><b><c k='v'/><d>", |doc, problems, text| {
        assert_eq!(
            problems[0].message,
            "`d` is not closed at the end of the text, nor are the 2 elements around it up to `a` of line 1"
        );
        assert_eq!(text(problems[0].span), "<d>");
        assert_eq!(doc.len(), 4);
    });
    let found = problems("<a><b k='v");
    assert_eq!((&*found[0].1, &*found[1].1), ("<a>", "<b k='v"));
    assert_eq!(problems("<a><b k")[1].0, "a tag is not closed with `>`; it was skipped");
    assert_eq!(problems("<a>text &am").len(), 2);
    assert_eq!(problems("<a><!-- ").len(), 2);
}

#[test]
fn an_end_tag_without_a_start_tag_is_skipped() {
    with("<a></b><c/></a>", |doc, problems, text| {
        assert_eq!(text(problems[0].span), "</b>");
        assert_eq!(doc.root().unwrap().children().count(), 1);
    });
}

#[test]
fn reading_goes_on_behind_a_broken_tag() {
    for (text, at) in [
        ("<r><o a='1'/><o a='2\n<o a='3'/></r>", "<o a='2"),
        ("<r><o a='1'/><o a='2' <o a='3'/></r>", "<o a='2' "),
        ("<r><o a='1'/>2 < 3 <o a='3'/></r>", "<"),
        ("<r><o a='1'/><!o><o a='3'/></r>", "<!o>"),
    ] {
        with(text, |doc, problems, shown| {
            assert_eq!(shown(problems[0].span), at, "{text}: {problems:?}");
            assert!(problems[0].lossy);
            let kept: Vec<_> = doc.root().unwrap().children().map(|o| o.attribute("a").unwrap()).collect();
            assert!(kept.iter().any(|a| &*a.value == "1"), "{text}");
        });
    }
    with("<r>2 < 3 <o a='3'/></r>", |doc, _, _| assert_eq!(doc.root().unwrap().children().count(), 1));
}

#[test]
fn many_broken_tags_hide_nothing_but_cost_no_more_than_a_large_file() {
    let many = format!("<r>{}</r>", "1 < 2 <o/>".repeat(500));
    with(&many, |doc, problems, _| {
        assert_eq!(problems.len(), 500);
        assert_eq!(doc.root().unwrap().children().count(), 500);
    });
    let hostile = format!("<r>{}", "<o a='".repeat(101));
    with(&hostile, |_, problems, _| {
        assert!(problems.iter().any(|p| p.message.starts_with("too many broken tags")));
    });
}

#[test]
fn a_value_that_swallows_elements_is_a_problem() {
    let found = problems("<r><o a=\"1><o a='2'/><o a=\"3/></r>");
    assert!(
        found.iter().any(|(m, _)| m == "the value of `a` holds a `<`: elements may be lost in it"),
        "{found:?}"
    );
}

#[test]
fn broken_attributes_hide_no_others() {
    for (text, message) in [
        ("<a x y='2'/>", "an attribute without a value: expected `=`"),
        ("<a x=1 y='2'/>", "the value of an attribute without quotes; it was skipped"),
    ] {
        with(text, |doc, problems, _| {
            assert_eq!(problems[0].message, message);
            assert_eq!(&*doc.root().unwrap().attribute("y").unwrap().value, "2");
        });
    }
}

#[test]
fn entities_are_not_expanded() {
    let bomb = "<!DOCTYPE l [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><l k='&b;'>&b;</l>";
    with(bomb, |doc, problems, text| {
        assert_eq!(problems.iter().map(|p| p.lossy).collect::<Vec<_>>(), [false, true, true]);
        assert_eq!(text(problems[1].span), "&b;");
        assert_eq!(&*doc.root().unwrap().text(), "&b;");
        assert_eq!(&*doc.root().unwrap().attribute("k").unwrap().value, "&b;");
    });
}

#[test]
fn too_deep_content_is_skipped_with_one_problem() {
    let depth = MAX_DEPTH + 50;
    let text = format!("{}x{}", "<a>t".repeat(depth), "</a>".repeat(depth));
    with(&text, |doc, problems, _| {
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].span.start as usize, MAX_DEPTH * 4);
        assert_eq!(doc.len(), MAX_DEPTH);
        assert_eq!(&*doc.root().unwrap().text(), "t");
    });
    let text = format!("{}x<b>y</b>z<c/>{}", "<a>".repeat(MAX_DEPTH), "</a>".repeat(MAX_DEPTH));
    with(&text, |doc, problems, _| {
        assert_eq!(problems.len(), 2);
        assert_eq!(&*doc.root().unwrap().descendants().last().unwrap().text(), "xz");
    });
}

#[test]
fn the_declaration_may_name_any_encoding() {
    with("<?xml version=\"1.0\" encoding=\"utf-16\"?><a>é</a>", |doc, problems, _| {
        assert!(problems.is_empty());
        assert_eq!(&*doc.root().unwrap().text(), "é");
    });
    with("\u{FEFF}<a>é</a>", |doc, problems, text| {
        assert!(problems.is_empty());
        assert_eq!(text(doc.root().unwrap().span()), "<a>é</a>");
    });
}

#[test]
fn what_is_no_xml_is_a_problem() {
    for text in ["", "  \n", "hello", "{\"a\": 1}", "<!-- only -->"] {
        let found = problems(text);
        assert!(found.iter().any(|(m, _)| m == "no element: this is no XML"), "{text}: {found:?}");
    }
    assert_eq!(problems("<a/>x")[0].0, "text outside the outermost element; it was skipped");
    with("<a/><b/>", |doc, problems, text| {
        assert_eq!(text(problems[0].span), "<b/>");
        assert_eq!(doc.roots().count(), 2);
    });
}

#[test]
fn nul_characters_are_kept() {
    with("<a b='x\0'>\0</a>", |doc, problems, _| {
        assert!(problems.is_empty());
        assert_eq!(&*doc.root().unwrap().text(), "\0");
    });
}
