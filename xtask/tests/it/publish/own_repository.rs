//! What holds of every channel that is served from a repository of one's own.

use xtask::effect::files;
use xtask::twin::Twin;
use xtask::twin::git::Repositories;

use super::fixture::Shop;

/// A channel, and where it is served from.
pub(super) struct Case {
    pub(super) channel: &'static str,
    pub(super) repository: &'static str,
    /// The file in the repository that says the version.
    pub(super) path: &'static str,
    /// The same file below the channel's folder.
    pub(super) rendered: &'static str,
    /// The subject of the commit.
    pub(super) subject: &'static str,
}

/// The twin's repositories.
pub(super) fn repositories(twin: &Twin) -> Repositories {
    Repositories::new(&twin.dir().join("github")).unwrap()
}

impl Case {
    fn rendered(&self, shop: &Shop) -> String {
        let path = shop.dist.join("channels").join(self.channel).join(self.rendered);
        files::read_text(&path).unwrap()
    }

    fn served(&self, twin: &Twin) -> Option<String> {
        let bytes = repositories(twin)
            .read(self.repository, "main", self.path)
            .unwrap();
        bytes.map(|it| String::from_utf8(it).unwrap())
    }

    fn put(&self, twin: &Twin, text: &str) {
        let changes = [(self.path, Some(text.as_bytes()))];
        let done = repositories(twin).write(self.repository, "main", &changes, "by hand");
        done.unwrap();
    }

    fn subjects(&self, twin: &Twin) -> Vec<String> {
        let log = repositories(twin)
            .git(self.repository)
            .args(["log", "--format=%s", "main"]);
        log.read().unwrap().lines().map(str::to_owned).collect()
    }

    /// How often the channel pushed.
    fn pushes(&self, twin: &Twin) -> usize {
        let own = twin.servers.iter().filter(|it| it.channel == self.channel);
        let log = own.flat_map(|it| it.server.log());
        log.filter(|it| it.path.ends_with("/git-receive-pack")).count()
    }

    /// Published, found there, brought forward, and refused.
    #[track_caller]
    pub(super) fn lives(&self, test: &str) {
        let Some(mut shop) = Shop::open(test) else { return };
        let twin = shop.twin(&["github-releases", self.channel], &[]);
        let both = ["github-releases", self.channel];
        let planned = shop.planned(&[self.channel]);
        let run = shop.publish(&both).ends(0);
        assert!(planned.len() >= 2, "{planned:?}");
        for step in &planned {
            assert!(run.stderr.contains(step), "{step}\n{}", run.stderr);
        }
        let ours = self.rendered(&shop);
        assert_eq!(self.served(&twin).as_deref(), Some(ours.as_str()));
        assert_eq!(self.subjects(&twin), [self.subject]);
        let row = |run: &crate::support::Run| {
            let text = run.text();
            let found = text.lines().find(|it| it.starts_with(self.channel));
            found.unwrap_or_else(|| panic!("{text}")).to_owned()
        };
        assert!(row(&run).contains("live"), "{}", row(&run));

        let run = shop.publish(&[self.channel]).ends(0);
        assert!(row(&run).contains("already there"), "{}", row(&run));
        assert_eq!(self.pushes(&twin), 1);

        // An older one is ours to replace, and the run after an interrupted one does just that.
        self.put(&twin, &ours.replace("1.2.3", "1.2.2"));
        let run = shop.publish(&[self.channel]).ends(0);
        assert!(row(&run).contains("live"), "{}", row(&run));
        assert_eq!(self.served(&twin).as_deref(), Some(ours.as_str()));

        let newer = ours.replace("1.2.3", "1.10.0");
        self.put(&twin, &newer);
        let run = shop.publish(&[self.channel]).ends(1);
        assert!(
            run.stderr
                .contains("is at 1.10.0 already, which is newer than 1.2.3"),
            "{}",
            run.stderr
        );
        assert_eq!(self.served(&twin), Some(newer));
        assert_eq!(self.pushes(&twin), 2);

        let status = crate::support::run(&shop.command(&["status", "--json", "--channel", self.channel]));
        assert!(
            status.text().contains("\"1.10.0\""),
            "{}{}",
            status.text(),
            status.stderr
        );
        let doctor = crate::support::run(&shop.command(&["doctor", "--json", "--channel", self.channel]));
        assert!(
            doctor.text().contains("lets us push"),
            "{}{}",
            doctor.text(),
            doctor.stderr
        );
    }

    /// What passes ends well, and everything arrives once.
    #[track_caller]
    pub(super) fn survives(&self, test: &str, faults: &[&str]) {
        for fault in faults {
            let Some(mut shop) = Shop::open(test) else { return };
            let twin = shop.twin(&["github-releases", self.channel], &[(self.channel, fault)]);
            shop.publish(&["github-releases", self.channel]).ends(0);
            assert_eq!(self.subjects(&twin), [self.subject], "{fault}");
            let own = twin.servers.iter().filter(|it| it.channel == self.channel);
            let hit = own
                .flat_map(|it| it.server.log())
                .filter(|it| !it.fault.is_empty())
                .count();
            assert!(hit > 0, "{fault} hit nothing");
        }
    }

    /// What stays wrong ends with the server's words and nothing changed.
    #[track_caller]
    pub(super) fn gives_up(&self, test: &str, faults: &[(&str, &str)]) {
        for (fault, words) in faults {
            let Some(mut shop) = Shop::open(test) else { return };
            let twin = shop.twin(&["github-releases", self.channel], &[(self.channel, fault)]);
            let run = shop.publish(&["github-releases", self.channel]).ends(1);
            let all = run.text() + &run.stderr;
            assert!(all.contains(words), "{fault}: {all}");
            assert_eq!(self.served(&twin), None, "{fault}");
        }
    }
}
