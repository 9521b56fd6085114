//! What is wrong with a view that the compiler cannot see: told when the models are registered.

use sqh_derive::{PlatformModel, PlatformView};
use sqh_model::models;
use sqh_model::report::{Definition, count, count_of, from};
use sqh_model::schema::{ModelDef, Registry};

/// A model, and a view of its kinds.
macro_rules! viewed {
    (
        $source:ident of $group:tt by ($($storage:tt)*) $(#[$of_source:meta])* note $(#[$of_note:meta])*;
        $view:ident $columns:ident $definition:ident by ($($words:tt)*) $(#[$of_view:meta])*
    ) => {
        #[derive(PlatformModel)]
        #[model(group = $group, crate = "sqh_model")]
        #[storage($($storage)*)]
        $(#[$of_source])*
        #[allow(dead_code, reason = "nobody makes one")]
        struct $source {
            #[field(primary_key)]
            id: i64,
            #[field(owner)]
            kind: String,
            $(#[$of_note])*
            note: Option<String>,
        }

        #[derive(PlatformView)]
        #[model(group = "lab", crate = "sqh_model")]
        #[platform_view(source = $source, definition = $definition $($words)*)]
        $(#[$of_view])*
        #[allow(dead_code, reason = "nobody makes one")]
        struct $view {
            #[field(primary_key)]
            kind: String,
            n: i64,
            notes: i64,
        }

        fn $definition() -> impl Definition<$view> {
            let notes = count_of($source::NOTE);
            from::<$source>().aggregate($columns { kind: $source::KIND, n: count(), notes })
        }
    };
}

viewed! { Plain of "lab" by (postgres) note; PlainKind PlainKindColumns plain by () }
viewed! { Ruled of "lab" by (postgres) #[policy(allow(all) if owner)] note; RuledKind RuledKindColumns ruled by () }
viewed! {
    Open of "lab" by (postgres) #[policy(allow(all) if owner)] note #[field(redact)];
    OpenKind OpenKindColumns open by () #[policy(allow(read, list) if authenticated)]
}
viewed! { Foreign of "hr" by (postgres) note; ForeignKind ForeignKindColumns foreign by () }
viewed! { Secured of "lab" by (postgres, rls) note; SecuredKind SecuredKindColumns secured by () }
viewed! { InRows of "lab" by (postgres, placement = "row") note; InRowsKind InRowsKindColumns in_rows by () }
viewed! { Placed of "lab" by (postgres) note; PlacedKind PlacedKindColumns placed by (, placement = "row") }
viewed! { Masked of "lab" by (postgres) note #[field(redact)]; MaskedKind MaskedKindColumns masked by () }

/// A view of a view.
#[derive(PlatformView)]
#[model(group = "lab", crate = "sqh_model")]
#[platform_view(source = PlainKind, definition = twice)]
#[allow(dead_code, reason = "nobody makes one")]
struct Twice {
    #[field(primary_key)]
    kind: String,
    n: i64,
}

fn twice() -> impl Definition<Twice> {
    from::<PlainKind>().aggregate(TwiceColumns { kind: PlainKind::KIND, n: count() })
}

#[derive(PlatformView)]
#[model(group = "lab", crate = "sqh_model")]
#[platform_view(source = Plain, definition = limited)]
#[allow(dead_code, reason = "nobody makes one")]
struct Limited {
    #[field(primary_key)]
    kind: String,
    n: i64,
}

fn limited() -> impl Definition<Limited> {
    from::<Plain>().aggregate(LimitedColumns { kind: Plain::KIND, n: count() }).order_by(count().desc()).limit(10)
}

#[test]
fn what_fits_is_registered() {
    for models in [models![Plain, PlainKind], models![OpenKind, Open]] {
        Registry::new(models).unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn what_does_not_fit_is_told_with_what_to_write() {
    let cases: [(&[&'static ModelDef], &str); 9] = [
        (&models![PlainKind], "computed of `views::Plain`: it is not registered: add it to `models![…]`"),
        (
            &models![Ruled, RuledKind],
            "rules of its own, which do not hold for what is computed of its records: say on the view",
        ),
        (&models![Foreign, ForeignKind], "it is of the group `hr`, whose permissions are others: say on the view"),
        (&models![Secured, SecuredKind], "row-level security shows the rows of one tenant at a time"),
        (
            &models![InRows, InRowsKind],
            "it requires the placement \"row\": write `#[platform_view(…, placement = \"row\")]`",
        ),
        (&models![Placed, PlacedKind], "it requires no placement: leave `placement` out"),
        (&models![Masked, MaskedKind], "is computed of `note` of `Masked`, which is masked: say on the view"),
        (&models![Plain, PlainKind, Twice], "it is a view itself: name the models that it is computed of"),
        (&models![Plain, Limited], "a view has neither an order nor a limit"),
    ];
    for (models, expected) in cases {
        let said = Registry::new(models.iter().copied()).unwrap_err().to_string();
        assert!(said.contains(expected), "{said}\ndoes not say {expected:?}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}
