use super::*;
use crate::outward::made_up;

fn page(count: usize, most: usize) -> String {
    made_up::show(count, |input, outside| within(input, outside, most, &Shown::default()))
}

fn rows(page: &str) -> usize {
    page.lines().filter(|l| l.starts_with("| critical | site ") || l.starts_with("| medium | site ")).count()
}

#[test]
fn a_small_run_is_shown_whole() {
    let page = page(30, MOST);
    assert_eq!((rows(&page), page.matches("names itself").count()), (30, 30));
    assert!(!page.contains("left out"), "{page}");
    assert!(page.starts_with("# cmlint: 30 open findings\n"));
    assert!(page.ends_with("1 fail, 0 pass, 0 not applicable, 0 not evaluated, 0 crashed of 1 lints**\n"));
}

#[test]
fn proofs_are_left_out_before_findings_and_the_worst_stay() {
    let whole = page(300, MOST).len();
    for part in [9, 7, 5, 4, 3, 2, 1] {
        let most = whole * part / 10;
        let page = page(300, most);
        assert!(page.len() <= most, "{} > {most}", page.len());
        let proofs = page.matches("names itself").count();
        assert!(rows(&page) == 300 || proofs == 0, "{} rows, {proofs} proofs", rows(&page));
        let left_out = 300 - rows(&page);
        let said = match left_out {
            0 => format!("\n{} proof", 300 - proofs),
            n => format!("**{n} more finding"),
        };
        assert!(page.contains(&said), "{said}\n{page}");
        assert!(rows(&page) == 0 || page.contains("| critical | site "));
    }
}

#[test]
fn ten_thousand_findings_fit_in_a_summary() {
    let page = page(10_000, MOST);
    assert!(page.len() <= MOST);
    assert!(page.contains("left out here") && page.starts_with("# cmlint: 10000 open findings\n"));
}
