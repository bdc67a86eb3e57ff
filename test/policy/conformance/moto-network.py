"""Security groups and network ACLs put into moto through boto3, and described by it: one JSON document a line, in and out."""
import json
import sys

import boto3
from moto import mock_aws


def with_groups(ec2, vpc, groups):
    ids = []
    for group in groups:
        tags = [{"ResourceType": "security-group", "Tags": group["Tags"]}]
        made = ec2.create_security_group(
            GroupName=group["GroupName"], Description=group["Description"], VpcId=vpc, TagSpecifications=tags
        )["GroupId"]
        ids.append(made)
        fresh = ec2.describe_security_groups(GroupIds=[made])["SecurityGroups"][0]
        ec2.revoke_security_group_egress(GroupId=made, IpPermissions=fresh["IpPermissionsEgress"])
        if group["IpPermissions"]:
            ec2.authorize_security_group_ingress(GroupId=made, IpPermissions=group["IpPermissions"])
        if group["IpPermissionsEgress"]:
            ec2.authorize_security_group_egress(GroupId=made, IpPermissions=group["IpPermissionsEgress"])
    return {"SecurityGroups": ec2.describe_security_groups(GroupIds=ids)["SecurityGroups"] if ids else []}


def with_acls(ec2, vpc, acls):
    ids = []
    for acl in acls:
        tags = [{"ResourceType": "network-acl", "Tags": acl["Tags"]}]
        made = ec2.create_network_acl(VpcId=vpc, TagSpecifications=tags)["NetworkAcl"]["NetworkAclId"]
        ids.append(made)
        for entry in acl["Entries"]:
            ec2.create_network_acl_entry(NetworkAclId=made, **entry)
    return {"NetworkAcls": ec2.describe_network_acls(NetworkAclIds=ids)["NetworkAcls"] if ids else []}


def answer(ec2, asked):
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    if "SecurityGroups" in asked:
        return with_groups(ec2, vpc, asked["SecurityGroups"])
    return with_acls(ec2, vpc, asked["NetworkAcls"])


with mock_aws():
    client = boto3.client("ec2", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
    for line in sys.stdin:
        try:
            said = answer(client, json.loads(line))
        except Exception as error:  # What moto itself stumbles over is a complaint too.
            said = {"complaint": repr(error)}
        print(json.dumps(said), flush=True)
