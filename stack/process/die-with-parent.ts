/** Preloaded into worker and API: when the supervisor's end of the channel closes, however it died, the process stops as on SIGTERM. */
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
// Listening must not keep a process alive that has nothing else to do.
process.channel?.unref();
