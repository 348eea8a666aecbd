"""What the Pulumi engine talks to: one small controller per resource over one shared base.

**Way of a call.** The engine starts `python -m pulumi.dynamic` and sends it every check, diff, create, read, update and
delete. A controller converts the bag (`wire`), asks the core what to do, does it through the seam to the service,
and feeds the answer back. Errors leave through one choke point (`base.answer`), without traceback and secrets.

**State.** A provider class is pickled by reference: module path and class name stand in users' state for ever. Outputs
are the inputs under their own keys and shapes, because only those the engine keeps secret, plus what the service
computed. A stored resource whose version is not ready carries an init error: the next `up` calls update, which
goes on waiting.

**Secrets.** The server hands methods plain text. Nothing derived from an input is put into outputs; fingerprints travel
in the version's metadata only and are stripped from what is read back.

**Preview.** check and diff are pure: no network, no azure import, no credential. Unknown values are ordinary values
there. What a preview cannot know is the number of the version that will be made.

**One command, one process.** `memory` knows which versions this command made and which declarations the program still
has: with these two, delete tells the tail of a replacement from a removal or a destroy, without any private door.

**Private doors** (`doors`): status on the resource's row, clean errors, partial state, Ctrl-C, more than four calls
at a time. Each falls back to the SDK's plain behaviour.

**Limits.** The engine calls check and diff one by one. `pulumi import` cannot work by itself (pulumi/pulumi#16175): the
`import` command writes the file that can. The service has no idempotency key: a creation is made repeatable by looking
for our stamp first. Two Pulumi commands at once on one agent are kept apart by the stack's lock only.
"""
