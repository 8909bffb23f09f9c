// Preloaded into a measured process: writes its usage to the file named by USAGE_FILE. Peak resident memory in bytes,
// CPU time of all threads in seconds. On Linux, `maxRSS` includes the time before `exec`, when the process was a copy
// of its parent; `VmHWM` begins with the program.
const { readFileSync, writeFileSync } = require('node:fs');

process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const kibibytes =
    process.platform === 'linux'
      ? Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1])
      : maxRSS;
  const usage = { memory: kibibytes * 1024, cpu: (userCPUTime + systemCPUTime) / 1e6 };
  writeFileSync(process.env.USAGE_FILE, JSON.stringify(usage));
});
