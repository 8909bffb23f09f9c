// Preloaded into a measured process: writes its peak resident memory, in bytes, to the file named by PEAK_MEMORY_FILE.
process.on('exit', () => {
  require('node:fs').writeFileSync(process.env.PEAK_MEMORY_FILE, String(process.resourceUsage().maxRSS * 1024));
});
