"""Control items: what silver changed, who works on it, and how it ended.

One protocol, `ControlTable`, and two implementations that mean the same: `dynamodb` here for the
table `dm-processing-control` on AWS, and `local.control` for one machine.

    pending --claim--> running --finish(SUCCESS)--> success
       ^                  |------finish(PENDING)--> pending, while attempts are left
       |                  '------finish(ERROR)----> error --retry--> pending
       '---- also claimable: running, with the lease over or the process of this machine dead

    error --the month is built later--> success        pending or error --withdraw--> withdrawn
"""
