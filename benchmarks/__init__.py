"""What `make bench` measures: the time, the requests and the memory that a `pulumi up` of hosted agents costs.

Everything is real but Azure: the Pulumi CLI, its language host, the dynamic provider process and the Azure SDK, against
the emulator in a process of its own. Provisioning takes real seconds there, and every request is in its journal.

**Ratios.** Machines differ and are busy with other things, so walls are divided by the wall of the same command with a
dynamic provider that does nothing (`peers.noop`: same program, same inputs), run in turn with it. Medians of pairs.

**Notice delay.** From the moment the service turned a version `active` to the moment the engine reported the resource
as created, as its event log is written. Provisioning is spread over one polling interval around the nominal time: with
one fixed time all versions would be met at the same phase of the schedule, by luck or bad luck.

**The naive peer** (`peers.naive`) is what people write today from the tutorials. It is measured in the same run, less
often, as `naive_…`.
"""
