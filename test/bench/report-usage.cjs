// Preloaded into a measured process: writes what it used to the file named by USAGE_FILE. Peak resident memory in
// bytes, processor time of all its threads in seconds.
process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const usage = { memory: maxRSS * 1024, cpu: (userCPUTime + systemCPUTime) / 1e6 };
  require('node:fs').writeFileSync(process.env.USAGE_FILE, JSON.stringify(usage));
});
