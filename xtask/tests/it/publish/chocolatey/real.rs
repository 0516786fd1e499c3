//! A gallery that nobody here wrote: pynuget.

use std::path::PathBuf;

use xtask::digest::Sha256;
use xtask::effect::files;
use xtask::judges::Judge;

use super::{CHANNEL, FILE, ends};
use crate::channels::fixture::{house, judge};
use crate::publish::fixture::Shop;
use crate::publish::foreign::{Foreign, free_port};
use crate::support::put;

/// Runs it in the folder it is started in, with the port as its argument. Its feed lies at the root, where the community's
/// has it below `/api/v2`, so that is taken away from questions.
const SERVE: &str = "\
import os, sys
os.environ['PYNUGET_CONFIG_TYPE'] = 'TESTING'
import pynuget._logging
pynuget._logging.setup_logging = lambda **_: None
from pynuget import db
from pynuget.app_factory import create_app
from werkzeug.serving import run_simple
import sqlalchemy

app = create_app()
here = os.getcwd()
app.config.update(SERVER_PATH=here, PACKAGE_DIR='packages', DB_BACKEND='sqlite', DB_NAME='packages.sqlite',
                  API_KEYS={'00000000-0000-4000-8000-000000000000'})
engine = sqlalchemy.create_engine('sqlite:///' + os.path.join(here, 'packages.sqlite'))
db.Base.metadata.create_all(engine)

def at_root(environ, start):
    path = environ['PATH_INFO']
    if path.startswith('/api/v2/') and not path.startswith('/api/v2/package/'):
        environ['PATH_INFO'] = path[len('/api/v2'):]
    return app(environ, start)

run_simple('127.0.0.1', int(sys.argv[1]), at_root)
";

#[test]
fn pynuget_takes_the_package_once() {
    let test = "chocolatey::pynuget_takes_the_package_once";
    let Some(mut shop) = Shop::open(test) else { return };
    let dir = shop.scratch.path().join("pynuget");
    files::create_dir(&dir.join("packages")).unwrap();
    if judge("pynuget", test, &dir).is_none() {
        return;
    }
    let python: PathBuf = Judge::find("pynuget").unwrap().path(house()).unwrap();
    let script = put(&dir, "serve.py", SERVE);
    let port = free_port();
    let base = format!("http://127.0.0.1:{port}");
    let words = [script.to_string_lossy().into_owned(), port.to_string()];
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let _server = Foreign::start(&python, &words, &dir, port);
    shop.endpoint("chocolatey-push", &base);
    shop.endpoint("chocolatey-feed", &base);
    shop.variable("CHOCOLATEY_API_KEY", "11111111-0000-4000-8000-000000000000");
    let refused = shop.publish(&[CHANNEL]);
    ends(&refused, "failed", 1);
    assert!(
        refused.text().contains("Missing or Invalid API key"),
        "{}",
        refused.text()
    );

    shop.variable("CHOCOLATEY_API_KEY", "00000000-0000-4000-8000-000000000000");
    ends(&shop.publish(&[CHANNEL]), "live", 0);
    ends(&shop.publish(&[CHANNEL]), "already there", 0);
    // Its download is broken by a newer Flask; what it keeps is what it took.
    let kept = files::read(&dir.join("packages/demo/1.2.3.nupkg")).unwrap();
    let ours = files::read(&shop.dist.join(FILE)).unwrap();
    assert_eq!(Sha256::of(&kept), Sha256::of(&ours));
}
