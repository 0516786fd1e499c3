{{! The installer for Windows: PowerShell 5.1 and 7, run as `irm URL | iex`. Lines that begin like this are left out. }}
{{! Keep to ASCII: PowerShell 5.1 reads a file without a mark in the code page of the system. }}
{{! name, version   the product and its version, as quoted texts }}
{{! programs        the file names of the programs, as a list }}
{{! base            where the archives are downloaded from, as a quoted text }}
{{! variable        the name of the variable that names a mirror, as a quoted text }}
{{! builds          one line a build: machine, archive, SHA-256 }}
# Picks the archive for this machine, downloads it, checks its SHA-256 and puts the programs into place.
# Nothing runs before the last line has arrived, which calls the one function.
param(
    [string] $Dir = '',
    [string] $Prefix = '',
    [switch] $Version,
    [switch] $Help
)

function Install-Release {
    param([string] $Dir, [string] $Prefix, [bool] $Version, [bool] $Help)

    $ErrorActionPreference = 'Stop'
    # A bar makes downloads many times slower in PowerShell 5.1.
    $ProgressPreference = 'SilentlyContinue'
    $name = {{name}}
    $release = {{version}}
    $programs = {{programs}}
    $base = {{base}}
    $mirror = {{variable}}
    $builds = @(
        {{builds}}
    )

    if ($Help) {
        Write-Output "Installs $name $release for you alone; nothing needs an administrator."
        Write-Output ''
        Write-Output 'Usage: installer.ps1 [-Dir DIR | -Prefix DIR] [-Version] [-Help]'
        Write-Output ''
        Write-Output '  -Dir DIR     the folder for the programs [default: XDG_BIN_HOME, else .local\bin of your profile]'
        Write-Output '  -Prefix DIR  the same as -Dir DIR\bin'
        Write-Output '  -Version     print the version that is installed'
        Write-Output ''
        Write-Output "The variable $mirror names a mirror to download from, instead of $base"
        return
    }
    if ($Version) {
        Write-Output "$name $release"
        return
    }
    if ($env:OS -ne 'Windows_NT') {
        throw 'this installer is for Windows: use the one that ends in .sh'
    }

    # The machine's own word, whatever emulation this PowerShell runs in.
    $key = 'HKLM:\SYSTEM\CurrentControlSet\Control\Session Manager\Environment'
    $machine = (Get-ItemProperty -LiteralPath $key).PROCESSOR_ARCHITECTURE
    $suitable = switch ($machine) {
        'ARM64' { @('aarch64', 'x86_64', 'i686') }
        'AMD64' { @('x86_64', 'i686') }
        'x86' { @('i686') }
        default { @() }
    }
    $build = $null
    foreach ($one in $suitable) {
        if (-not $build) {
            $build = $builds | Where-Object { $_.Machine -eq $one } | Select-Object -First 1
        }
    }
    if (-not $build) {
        $there = ($builds | ForEach-Object { $_.Machine }) -join ', '
        throw "there is no build of $name $release for Windows on ${machine}; there is one for $there"
    }

    if ($Prefix) { $Dir = Join-Path $Prefix 'bin' }
    if (-not $Dir) { $Dir = $env:XDG_BIN_HOME }
    if (-not $Dir) { $Dir = Join-Path $env:USERPROFILE '.local\bin' }
    $other = [Environment]::GetEnvironmentVariable($mirror)
    if ($other) { $base = $other }
    $url = $base.TrimEnd('/') + '/' + $build.Archive.Replace('+', '%2B')
    # Another scheme than https only for a server on this very machine.
    if ($url -notmatch '^(https://|http://(127\.0\.0\.1|localhost)[:/])') {
        throw "cannot download ${url}: it does not begin with https://"
    }

    $scratch = Join-Path ([IO.Path]::GetTempPath()) ([IO.Path]::GetRandomFileName())
    New-Item -ItemType Directory -Path $scratch | Out-Null
    try {
        $file = Join-Path $scratch $build.Archive
        Write-Output "Downloading $($build.Archive)"
        [Net.ServicePointManager]::SecurityProtocol =
            [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12
        Invoke-WebRequest -UseBasicParsing -Uri $url -OutFile $file
        $found = (Get-FileHash -Algorithm SHA256 -LiteralPath $file).Hash
        if ($found -ne $build.Sha256) {
            throw "$($build.Archive) is not what was released: its SHA-256 is $found, not $($build.Sha256)"
        }
        $unpacked = Join-Path $scratch 'unpacked'
        Expand-Archive -LiteralPath $file -DestinationPath $unpacked

        # All of them beside their places first, then each by a rename: no half of a program is ever there.
        New-Item -ItemType Directory -Path $Dir -Force | Out-Null
        foreach ($program in $programs) {
            $from = Get-ChildItem -LiteralPath $unpacked -Recurse -File |
                Where-Object { $_.Name -eq $program } | Select-Object -First 1
            if (-not $from) { throw "$($build.Archive) does not hold $program" }
            Copy-Item -LiteralPath $from.FullName -Destination (Join-Path $Dir "$program.new") -Force
        }
        foreach ($program in $programs) {
            $place = Join-Path $Dir $program
            # A program that runs cannot be replaced, but it can be renamed.
            if (Test-Path -LiteralPath $place) { Move-Item -LiteralPath $place -Destination "$place.old" -Force }
            try {
                Move-Item -LiteralPath "$place.new" -Destination $place
            } catch {
                if (Test-Path -LiteralPath "$place.old") { Move-Item -LiteralPath "$place.old" -Destination $place }
                throw
            }
            Remove-Item -LiteralPath "$place.old" -Force -ErrorAction SilentlyContinue
        }
    } finally {
        Remove-Item -LiteralPath $scratch -Recurse -Force -ErrorAction SilentlyContinue
        foreach ($program in $programs) {
            $left = Join-Path $Dir "$program.new"
            Remove-Item -LiteralPath $left -Force -ErrorAction SilentlyContinue
        }
    }

    Write-Output "Installed $name $release into ${Dir}: $($programs -join ', ')"
    if (($env:PATH -split ';') -notcontains $Dir) {
        Write-Output 'To find it, add the folder to your PATH:'
        Write-Output "  [Environment]::SetEnvironmentVariable('PATH', '$Dir;' + [Environment]::GetEnvironmentVariable('PATH', 'User'), 'User')"
    }
    Write-Output "To remove it, delete $($programs -join ', ') from $Dir"
}

Install-Release -Dir $Dir -Prefix $Prefix -Version $Version.IsPresent -Help $Help.IsPresent
