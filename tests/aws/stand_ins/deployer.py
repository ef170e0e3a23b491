"""Makes the resources of a template, one by one, on the stand-in.

moto's own CloudFormation passes over what it does not know. Here each property is handed to the
service's own call, whose names botocore checks, or is named below as one that has no effect here.
"""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3

from tests.aws.stand_ins.template import Made, NotUnderstood, Template

ACCOUNT = "123456789012"
REGION = "eu-west-1"
PSEUDO = {"AWS::AccountId": ACCOUNT, "AWS::Region": REGION, "AWS::Partition": "aws"}

Properties = dict[str, Any]


def deploy(path: Path, parameters: Mapping[str, str]) -> dict[str, str]:
    """Makes all that a template declares; gives its outputs.

    Raises:
        NotUnderstood: the template has something that this deployer does not know.
    """
    return Template(path, parameters, PSEUDO, make).make_all()


def make(name: str, type_: str, properties: Properties) -> Made:
    """Makes a resource.

    Raises:
        NotUnderstood: of its type, or of a property.
    """
    if type_ not in _MAKERS:
        raise NotUnderstood(f"{name} is a {type_}")
    left = dict(properties)
    made = _MAKERS[type_](name, left)
    if left:
        raise NotUnderstood(f"{name} ({type_}) has the properties {sorted(left)}")
    return made


def definition(bucket: str, key: str, substitutions: Mapping[str, str]) -> str:
    """A state machine's definition out of S3, with its substitutions.

    Raises:
        NotUnderstood: a name without a substitution, or a substitution without a name.
    """
    text = boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    names = set(re.findall(r"\$\{(\w+)\}", text))
    if names != substitutions.keys():
        raise NotUnderstood(f"substitutions: {sorted(names ^ substitutions.keys())}")
    return re.sub(r"\$\{(\w+)\}", lambda found: str(substitutions[found[1]]), text)


def _camel(value: Any) -> Any:
    """Names as the services with camelCase write them: MaximumCapacity is maximumCapacity."""
    if isinstance(value, list):
        return [_camel(each) for each in value]
    if isinstance(value, dict):
        return {key[0].lower() + key[1:]: _camel(each) for key, each in value.items()}
    return value


def _take_all(properties: Properties) -> Properties:
    taken = dict(properties)
    properties.clear()
    return taken


def _bucket(name: str, properties: Properties) -> Made:
    bucket = properties.pop("BucketName")
    s3 = boto3.client("s3")
    s3.create_bucket(
        Bucket=bucket,
        CreateBucketConfiguration={"LocationConstraint": REGION},
        ObjectOwnership=properties.pop("OwnershipControls")["Rules"][0]["ObjectOwnership"],
    )
    encryption = properties.pop("BucketEncryption")["ServerSideEncryptionConfiguration"]
    rules = [
        {"ApplyServerSideEncryptionByDefault": rule["ServerSideEncryptionByDefault"]}
        for rule in encryption
    ]
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": rules})
    s3.put_public_access_block(
        Bucket=bucket,
        PublicAccessBlockConfiguration=properties.pop("PublicAccessBlockConfiguration"),
    )
    _lifecycle(bucket, properties.pop("LifecycleConfiguration")["Rules"])
    return Made(bucket)


def _lifecycle(bucket: str, declared: list[dict[str, Any]]) -> None:
    rules = []
    for rule in declared:
        made = {"ID": rule.pop("Id"), "Filter": {"Prefix": ""}}
        if "ExpirationInDays" in rule:
            made["Expiration"] = {"Days": int(rule.pop("ExpirationInDays"))}
        rules.append(made | rule)
    boto3.client("s3").put_bucket_lifecycle_configuration(
        Bucket=bucket, LifecycleConfiguration={"Rules": rules}
    )


def _table(name: str, properties: Properties) -> Made:
    client = boto3.client("dynamodb")
    backups = properties.pop("PointInTimeRecoverySpecification")
    life = properties.pop("TimeToLiveSpecification")
    table = client.create_table(**_take_all(properties))["TableDescription"]["TableName"]
    client.update_continuous_backups(TableName=table, PointInTimeRecoverySpecification=backups)
    client.update_time_to_live(TableName=table, TimeToLiveSpecification=life)
    return Made(table)


def _database(name: str, properties: Properties) -> Made:
    database = properties["DatabaseInput"]["Name"]
    boto3.client("glue").create_database(**_take_all(properties))
    return Made(database)


def _application(name: str, properties: Properties) -> Made:
    settings = _camel(_take_all(properties))
    for key in ("maxConcurrentRuns", "queueTimeoutMinutes"):
        settings["schedulerConfiguration"][key] = int(settings["schedulerConfiguration"][key])
    client = boto3.client("emr-serverless")
    made = client.create_application(clientToken=str(uuid4()), **settings)
    return Made(made["applicationId"], {"Arn": made["arn"]})


def _role(name: str, properties: Properties) -> Made:
    client, policies = boto3.client("iam"), properties.pop("Policies")
    trust = json.dumps(properties.pop("AssumeRolePolicyDocument"))
    role = client.create_role(
        RoleName=name, AssumeRolePolicyDocument=trust, **_take_all(properties)
    )["Role"]
    for policy in policies:
        document = json.dumps(policy["PolicyDocument"])
        client.put_role_policy(
            RoleName=name, PolicyName=policy["PolicyName"], PolicyDocument=document
        )
    return Made(name, {"Arn": role["Arn"]})


def _state_machine(name: str, properties: Properties) -> Made:
    place = properties.pop("DefinitionS3Location")
    text = definition(place["Bucket"], place["Key"], properties.pop("DefinitionSubstitutions"))
    logging = properties.pop("LoggingConfiguration")
    client = boto3.client("stepfunctions")
    arn = client.create_state_machine(
        name=properties.pop("StateMachineName"),
        roleArn=properties.pop("RoleArn"),
        definition=text,
        loggingConfiguration=_camel(logging),
    )["stateMachineArn"]
    return Made(arn)


def _log_group(name: str, properties: Properties) -> Made:
    client, group = boto3.client("logs"), properties.pop("LogGroupName")
    client.create_log_group(logGroupName=group)
    client.put_retention_policy(
        logGroupName=group, retentionInDays=properties.pop("RetentionInDays")
    )
    return Made(group, {"Arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}:*"})


def _schedule(name: str, properties: Properties) -> Made:
    schedule = properties["Name"]
    boto3.client("scheduler").create_schedule(**_take_all(properties))
    return Made(schedule)


def _topic(name: str, properties: Properties) -> Made:
    topic = boto3.client("sns").create_topic(Name=properties.pop("TopicName"))
    return Made(topic["TopicArn"])


def _subscription(name: str, properties: Properties) -> Made:
    made = boto3.client("sns").subscribe(**_take_all(properties))
    return Made(made["SubscriptionArn"])


def _queue(name: str, properties: Properties) -> Made:
    queue = properties.pop("QueueName")
    attributes = {key: str(value).lower() for key, value in _take_all(properties).items()}
    url = boto3.client("sqs").create_queue(QueueName=queue, Attributes=attributes)["QueueUrl"]
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}"
    return Made(url, {"Arn": arn, "QueueName": queue})


def _bucket_policy(name: str, properties: Properties) -> Made:
    """It has no effect here: the stand-in speaks no TLS, and would refuse everything."""
    (statement,) = properties.pop("PolicyDocument")["Statement"]
    bucket = properties.pop("Bucket")
    if statement != {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }:
        raise NotUnderstood(f"{statement}")
    return Made(name)


def _dashboard(name: str, properties: Properties) -> Made:
    dashboard = properties["DashboardName"]
    boto3.client("cloudwatch").put_dashboard(**_take_all(properties))
    return Made(dashboard)


def _alarm(name: str, properties: Properties) -> Made:
    alarm = properties["AlarmName"]
    for number in ("EvaluationPeriods", "Threshold"):
        properties[number] = int(properties[number])
    boto3.client("cloudwatch").put_metric_alarm(**_take_all(properties))
    return Made(alarm, {"Arn": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{alarm}"})


_MAKERS: dict[str, Callable[[str, Properties], Made]] = {
    "AWS::CloudWatch::Alarm": _alarm,
    "AWS::CloudWatch::Dashboard": _dashboard,
    "AWS::DynamoDB::Table": _table,
    "AWS::EMRServerless::Application": _application,
    "AWS::Glue::Database": _database,
    "AWS::IAM::Role": _role,
    "AWS::Logs::LogGroup": _log_group,
    "AWS::S3::Bucket": _bucket,
    "AWS::S3::BucketPolicy": _bucket_policy,
    "AWS::SNS::Subscription": _subscription,
    "AWS::SNS::Topic": _topic,
    "AWS::SQS::Queue": _queue,
    "AWS::Scheduler::Schedule": _schedule,
    "AWS::StepFunctions::StateMachine": _state_machine,
}
