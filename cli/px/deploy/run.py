"""`px deploy` without its output: any step may fail, and running it again continues.

The order makes sure that no key or token is lost: the recovery file and the root token are on
disk before Cloudflare gets either, and one request uploads code and secrets.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from positronic.access.tokens import mint_root, parse, root_hash
from px.cloudflare.worker import Remote
from px.cloudflare.wrangler import ACCOUNT, Wrangler, credentials
from px.declared.code import read_code
from px.deploy.address import address_of, check_subdomain, choose_address
from px.deploy.asked import check_asked, check_schedules, in_project
from px.deploy.deployed import Deployed
from px.deploy.first_key import FirstKey
from px.deploy.gate import pass_gate
from px.deploy.outside import Outside, pair_outside
from px.deploy.owner import check_environments, check_no_token, check_owner, recorded
from px.deploy.plan import KEYS, ROOT, DeployPlan, Options, make_plan
from px.deploy.ready import Patience, wait_for_status, wait_for_token
from px.deploy.reminders import reminder_secret
from px.deploy.replaced import record_replaced
from px.deploy.smoke import try_promises
from px.deploy.tokens import DeployTokens
from px.errors import Interrupted, PxError, Refused
from px.keys.passphrase import Passphrase
from px.keys.recovery_file import RecoveryFile, default_path
from px.local.setup import set_up
from px.project.apart import missing_variables
from px.project.env_deploy import TOKEN, URL, DeployFile
from px.project.manifest import Manifest
from px.project.master_key import MasterKey
from px.project.own import own_manifest
from px.project.root_file import RootToken
from px.project.unfinished_deploy import UnfinishedDeploy
from px.project.workspace import Workspace
from px.settings import Target, make_target
from px.tools.set_up import Bar, ensure_tools, no_bar

KNOWN: Final = 10.0  # seconds
NOTHING: Final = "nothing was changed at Cloudflare"
UPLOADING: Final = "the upload did not finish; no key and no token is lost"
UPLOADED: Final = "the Worker is deployed, but did not become ready"
READY: Final = "the Worker is deployed and ready"
AGAIN: Final = "run `px deploy` again: it continues where it stopped"


@dataclass(slots=True)
class _Made:
    """What this run has created or resumed so far."""

    key: MasterKey | None = None
    token: str = field(default="", repr=False)
    recovery: RecoveryFile | None = None
    account: str = NOTHING  # the state to report if the run stops now


class Deployment:
    """The deploy of one project, in one folder, with one process's environment."""

    def __init__(
        self,
        project: Workspace,
        folder: Path,
        environ: Mapping[str, str],
        options: Options,
        passphrase: Passphrase,
        say: Callable[[str], None],
        bar: Bar = no_bar,
    ) -> None:
        self._project = project
        self._bar = bar
        self._environ = environ
        self._options = options
        self._passphrase = passphrase
        self._say = say
        self._file = DeployFile(folder, project)
        self._manifest: Manifest = own_manifest(project)
        self._outside = pair_outside(environ, self._manifest.worker)
        self._started = UnfinishedDeploy(project, self._manifest.worker)
        self._made = _Made()
        self._settings: Mapping[str, str] = {}
        self._account = ""
        self._tokens = DeployTokens(project, self._file, say)
        self._root_file = project.environment.root_file
        chosen = options.recovery_file or default_path(project, self._manifest.worker)
        self._first_key = FirstKey(
            RecoveryFile(chosen),
            self._manifest.worker,
            passphrase,
            say,
            kept=options.wants_recovery,
        )

    def plan(self) -> DeployPlan:
        """What `run` would do. Only reads, at Cloudflare and here."""
        self._check_file()
        plan = self._plan(self._remote())
        self._check_asked(plan)
        return plan

    def run(self) -> Deployed:
        """Raises PxError; running it again continues where it stopped."""
        with self._started.alone():
            try:
                return self._run()
            except KeyboardInterrupt:
                raise Interrupted(f"interrupted; {self._made.account}", hint=AGAIN) from None
            except PxError as error:
                if self._made.account in (UPLOADING, UPLOADED):
                    error.message = f"{error.message}; {self._made.account}"
                    error.hint = f"{error.hint}\n{AGAIN}".strip()
                raise

    def _run(self) -> Deployed:
        self._check_file()
        remote = self._remote()
        plan = self._plan(remote)
        if lacks := missing_variables(self._manifest):
            self._say(f"Warning: {plan.worker} has no variable {', '.join(lacks)}")
        self._say(f"Deploying {plan.worker}" + (", a new Worker" if plan.is_new else ""))
        missing = self._check_asked(plan)
        if plan.makes_key:
            self._first_key.check()
        set_up(self._project, self._say)
        if pass_gate(self._project):
            self._say("The Worker starts from its snapshot")
        self._prepare(remote, plan)
        address = self._upload(remote, plan)
        target = self._target(address)
        self._settle(target, plan)
        checks = self._check(target)
        key_id = self._made.key.id if self._made.key else None
        recovery = self._made.recovery.shown if self._made.recovery else None
        shown = self._project.environment.shown
        return Deployed(plan, address, shown, key_id, recovery, checks, missing)

    def _check_file(self) -> None:
        """Checks that the file with the credentials is safe from other users and git."""
        found = self._file.read()
        check_environments(self._project, self._manifest, self._file, found)
        self._account = self._environ.get(ACCOUNT) or found.get(ACCOUNT, "")
        if not self._file.check_git():
            self._say(
                f"Not in a git repository: px cannot check that git ignores {self._file.name}"
            )
        self._settings = found
        self._started.read()

    def _remote(self) -> Remote:
        ensure_tools(self._say, self._bar)
        wrangler = Wrangler(self._project, credentials(self._environ, self._settings))
        return Remote(self._project, self._manifest, wrangler)

    def _plan(self, remote: Remote) -> DeployPlan:
        plan = self._make_plan(remote)
        check_subdomain(self._manifest.fields, credentials(self._environ, self._settings))
        more = reminder_secret(self._manifest, self._settings, plan.present, self._file.name)
        return replace(plan, more=more)

    def _make_plan(self, remote: Remote) -> DeployPlan:
        plan = make_plan(
            self._manifest,
            remote,
            adopt=self._options.adopt,
            new_token=self._options.new_token,
            known_key=self._first_key.is_kept(),
        )
        if plan.makes_token or not self._outside:
            check_owner(self._file.name, self._settings, plan.worker, self._account)
        if plan.is_first_token and not self._sent_token():
            check_no_token(self._file.name, self._settings, plan.worker)
        if not (plan.makes_token or self._sent_token() or self._known_token()):
            raise Refused(
                f"the Worker has a root token that is not in {self._root_file}; "
                "nothing was changed",
                code="no_root_token",
                hint="copy that file from where it was deployed, or set PX_URL and PX_TOKEN; or "
                "replace the root token: `px deploy --new-root-token`",
            )
        return plan

    def _check_asked(self, plan: DeployPlan) -> Sequence[str]:
        """Before anything goes up: what the code asks for has to be there."""
        known = self._known()
        url = known.url or self._options.url if known else None
        target = None
        if known and url and not plan.is_first_token:
            found = make_target(url, known.token, timeout=KNOWN, source=self._source())
            target = in_project(found, self._environ, self._settings)
        allowed = self._options.allow_missing
        code = read_code(self._project)
        check_schedules(self._project, code, self._say)
        return check_asked(code, target, self._say, allow_missing=allowed)

    def _sent_token(self) -> str:
        """The token of an unfinished deploy, which the Worker may already have."""
        begun = self._started.read()
        return begun.token if begun and begun.sent else ""

    def _known(self) -> Outside | RootToken | None:
        """The environment's address and token, which need not be root's; otherwise root's."""
        return self._outside or self._tokens.root(self._manifest.worker, self._account)

    def _known_token(self) -> str:
        known = self._known()
        return known.token if known else ""

    def _source(self) -> str:
        """Where the known token is from."""
        return TOKEN if self._outside else self._root_file

    def _stored_url(self) -> str | None:
        root = self._tokens.root(self._manifest.worker, self._account)
        return self._settings.get(URL) or (root.url if root else None)

    def _prepare(self, remote: Remote, plan: DeployPlan) -> None:
        """Writes key and token to disk before anything else gets them."""
        if plan.makes_key:
            found = self._first_key.take(lambda: self._check_unchanged(remote, plan))
            self._made.key, self._made.recovery = found
        self._made.token = self._sent_token()
        if plan.makes_token:
            begun = self._started.read()
            self._made.token = begun.token if begun else mint_root(secrets.token_bytes)
            self._started.write(self._made.token, sent=begun is not None and begun.sent)

    def _check_unchanged(self, remote: Remote, plan: DeployPlan) -> None:
        """Does not overwrite a key that somebody else created while the user was typing."""
        if KEYS in (remote.secrets() or ()):
            raise Refused(
                f"somebody else deployed {plan.worker} just now; nothing was changed",
                code="deployed_elsewhere",
                hint="run `px deploy` again",
            )

    def _upload(self, remote: Remote, plan: DeployPlan) -> str:
        sent: dict[str, str] = {}
        if self._made.key:
            sent[KEYS] = self._made.key.entry
        if plan.makes_token:
            sent[ROOT] = root_hash(self._made.token)
        sent |= plan.more
        flag, made = self._options.url, bool(self._made.token)
        outside = self._outside.url if self._outside else None
        known = choose_address(flag, self._stored_url(), outside, self._file.name, makes_token=made)
        if known:
            self._target(known)  # reports a mistyped token before anything is changed
        self._say("Uploading the Worker" + (f", with {' and '.join(sent)}" if sent else ""))
        self._made.account = UPLOADING
        if plan.makes_token:
            self._started.write(self._made.token, sent=True)
        targets = remote.upload(sent, plan.namespaces)
        self._made.account = UPLOADED
        return known or address_of(targets)

    def _target(self, address: str) -> Target:
        source = "this deploy" if self._made.token else self._source()
        return make_target(address, self._made.token or self._known_token(), source=source)

    def _settle(self, target: Target, plan: DeployPlan) -> None:
        """Stores the tokens once the Worker has accepted the root token."""
        patience = Patience(self._options.wait)
        self._say(f"Waiting for {target.address.origin}")
        wait_for_status(target, patience)
        key = self._made.key
        # A secret that was just set takes a while to reach every location.
        token_patience = patience if plan.makes_token else Patience(min(KNOWN, patience.seconds))
        wait_for_token(target, key.id if key else None, token_patience)
        if self._made.token and self._options.new_token:
            self._say(record_replaced(target))
        self._keep_tokens(target)
        self._made.account = READY

    def _keep_tokens(self, target: Target) -> None:
        """Only what the environment sets is not written down."""
        worker = recorded(self._manifest.worker, self._account)
        writes = bool(self._made.token) or not self._outside
        if writes:
            self._tokens.keep_root(RootToken(target.address.origin, target.token, worker))
        self._started.remove()
        if writes:
            self._tokens.keep_admin(target, worker)

    def _check(self, target: Target) -> int:
        if not self._options.checks:
            return 0
        if parse(target.token) is not None:
            self._say("Skipped the API checks: PX_TOKEN is not the root token")
            return 0
        outcomes = try_promises(target)
        self._say(f"{len(outcomes)} API checks passed")
        return len(outcomes)
